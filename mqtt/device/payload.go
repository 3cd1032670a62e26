package device

import (
	"bytes"
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
	var b bytes.Buffer
	if err := p.text.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("%s payload: %w", p.text.Name(), err)
	}
	if b.Len() == 0 || b.Len() > maxPayload {
		return nil, fmt.Errorf("%s payload has %d bytes: wanted are 1 to %d", p.text.Name(), b.Len(), maxPayload)
	}
	return b.Bytes(), nil
}
