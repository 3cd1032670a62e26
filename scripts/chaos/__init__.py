"""hubd under abuse: what scripts/chaos.sh runs."""
