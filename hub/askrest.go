package hub

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"hubd/wire"
)

// AskRest asks a running daemon for a wearer's own rest, through the local socket.
func AskRest(ctx context.Context, socket, wearer string) (wire.RestReport, error) {
	data, err := getRest(ctx, socket, url.PathEscape(wearer))
	if err != nil {
		return wire.RestReport{}, err
	}
	var report wire.RestReport
	if err := json.Unmarshal(data, &report); err != nil || report.Wearer != wearer {
		return wire.RestReport{}, errNotJSON
	}
	return report, nil
}

// ExportRest asks a running daemon for a wearer's own rest minute by minute, as a file that hubd replay --baseline reads.
func ExportRest(ctx context.Context, socket, wearer string) ([]byte, error) {
	return getRest(ctx, socket, url.PathEscape(wearer)+"/export")
}

// getRest asks for what lies under /api/rest/.
func getRest(ctx context.Context, socket, path string) ([]byte, error) {
	data, err := call(ctx, socket, http.MethodGet, "/api/rest/"+path, "")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, errNotJSON
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return data, nil
}
