// What was asked and not yet told.

// wish stands in the place of what hubd says, from when it was asked until hubd says the same, or has had time enough to: what hubd said
// meanwhile is of wishes before it, and must not take them up again.
export function wish() {
  let asked = null, until = 0;
  return {
    is(what) { asked = what; until = performance.now() + 5000; },
    none() { asked = null; },
    stands(told) {
      if (told === asked || performance.now() >= until) asked = null;
      return asked !== null;
    },
  };
}
