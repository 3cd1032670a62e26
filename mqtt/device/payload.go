package device

import (
	"fmt"
	"text/template"
)

const maxPayload = 4096 // bytes

// payloadOf is a payload in the user's own words, filled with values of one kind.
type payloadOf[V any] struct{ text *template.Template }

// parsePayload tries the template once with a sample, so that a wrong name shows when hubd starts and not in the night.
func parsePayload[V any](name, text string, sample V) (*payloadOf[V], error) {
	if text == "" {
		return nil, fmt.Errorf("%s payload is missing", name)
	}
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s payload: %w", name, err)
	}
	p := &payloadOf[V]{t}
	if _, err := p.fill(sample); err != nil {
		return nil, err
	}
	return p, nil
}

// fill gives the payload's bytes.
func (p *payloadOf[V]) fill(v V) ([]byte, error) {
	var b payload
	if err := p.text.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("%s payload: %w", p.text.Name(), err)
	}
	if len(b) == 0 {
		return nil, fmt.Errorf("%s payload has 0 bytes: wanted are 1 to %d", p.text.Name(), maxPayload)
	}
	return b, nil
}

// payload grows to maxPayload and no further: a template that repeats itself without end must not take all memory.
type payload []byte

var errTooLong = fmt.Errorf("it has more than %d bytes", maxPayload)

// Write appends to the payload.
func (p *payload) Write(b []byte) (int, error) {
	if len(*p)+len(b) > maxPayload {
		return 0, errTooLong
	}
	*p = append(*p, b...)
	return len(b), nil
}
