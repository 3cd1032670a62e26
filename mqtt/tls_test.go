package mqtt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/broker"
)

// certificate makes a self-signed certificate for 127.0.0.1 that is its own authority, and writes it and its key.
func certificate(t *testing.T, name string) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(file, kind string, der []byte) (string, []byte) {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		path := filepath.Join(t.TempDir(), file)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path, text
	}
	certFile, certText := write("cert.pem", "CERTIFICATE", der)
	keyFile, keyText := write("key.pem", "PRIVATE KEY", secret)
	if pair, err = tls.X509KeyPair(certText, keyText); err != nil {
		t.Fatal(err)
	}
	return pair, certFile, keyFile
}

func TestTLS(t *testing.T) {
	server, ca, _ := certificate(t, "broker")
	own, ownCert, ownKey := certificate(t, "hubd")
	_, otherCA, _ := certificate(t, "somebody else")
	clients := x509.NewCertPool()
	clients.AddCert(own.Leaf)
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	r := between(t, b.Addr(), &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert})
	for _, row := range []struct {
		name  string
		tls   mqtt.TLS
		fault string // in the log; empty: it connects
	}{
		{"with authority and own certificate it connects", mqtt.TLS{CAFile: ca, CertFile: ownCert, KeyFile: ownKey}, ""},
		{"a broker of another authority is refused", mqtt.TLS{CAFile: otherCA, CertFile: ownCert, KeyFile: ownKey}, "no broker yet, retrying"},
		{"a broker unknown to the system is refused", mqtt.TLS{CertFile: ownCert, KeyFile: ownKey}, "no broker yet, retrying"},
		{"without own certificate the broker refuses", mqtt.TLS{CAFile: ca}, "no broker yet, retrying"},
		{"a missing file is told", mqtt.TLS{CAFile: "missing.pem"}, "authority's certificate"},
		{"a file that is no certificate is told", mqtt.TLS{CAFile: ownKey}, "no certificate in PEM form"},
		{"a key that must not be used is told", mqtt.TLS{CAFile: ca, CertFile: ownCert, KeyFile: ownKey, Guarded: func() error { return errors.New("others read it") }}, "others read it"},
		{"a key that does not fit is told", mqtt.TLS{CertFile: ca, KeyFile: ownKey}, "client certificate"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, log := begin(t, "", mqtt.Options{URL: "mqtts://" + r.Addr().String(), TLS: row.tls})
			if row.fault == "" {
				waiting.Until(t, "connected", c.Connected)
				return
			}
			waiting.Until(t, "several attempts failed", func() bool { return c.Counters().Attempts > 3 })
			log.Wants(t, 1, row.fault)
			log.Wants(t, 1, "level=")
		})
	}
}
