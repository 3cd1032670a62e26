package hub_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// authority signs certificates for a broker and its clients.
type authority struct {
	dir    string
	key    *ecdsa.PrivateKey
	itself *x509.Certificate
}

// newAuthority writes its certificate as <name>.pem.
func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	a := &authority{dir: dir}
	a.sign(t, name, &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

// sign writes a certificate and its key as <name>.pem and <name>.key. The first is the authority's own.
func (a *authority) sign(t *testing.T, name string, form *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form.SerialNumber, form.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	form.NotBefore, form.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	signer, with := a.itself, a.key
	if signer == nil {
		signer, with = form, key
	}
	der, err := x509.CreateCertificate(rand.Reader, form, signer, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(a.dir, name+".pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, filepath.Join(a.dir, name+".key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	if a.itself == nil {
		a.key = key
		if a.itself, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
	}
}

// sealed is a mosquitto that asks every client for a password, and also for a certificate where asks is set.
func sealed(t *testing.T, asks bool) *mosquitto {
	t.Helper()
	b := newMosquitto(t, t, t.TempDir())
	ours := newAuthority(t, b.dir, "ca")
	ours.sign(t, "broker", &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	ours.sign(t, "hubd", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	newAuthority(t, b.dir, "other")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(b.dir, "mosquitto.conf"), strings.NewReplacer("DIR", b.dir).Replace(fmt.Sprintf(`user %s
listener %d 127.0.0.1
cafile DIR/ca.pem
certfile DIR/broker.pem
keyfile DIR/broker.key
require_certificate %t
allow_anonymous false
password_file DIR/passwords
persistence false
log_dest stderr
`, me.Username, b.port, asks)))
	b.start(t)
	return b
}

// overTLS runs the program at the broker, with these files beside its user's name, until it says something.
func (b *mosquitto) overTLS(t *testing.T, binary, files, says string) *printed {
	t.Helper()
	config := filepath.Join(b.dir, "config.yaml")
	write(t, config, strings.NewReplacer("mqtt://", "mqtts://", "password_file: password", files).Replace(fmt.Sprintf(hubConfig, b.port)))
	log := &printed{}
	hub := startProcess(t, t, log, binary, "run", "--config", config, "--socket", filepath.Join(b.dir, "s"), "--simulate", "rest")
	log.await(t, says, 1)
	hub.stop(t, syscall.SIGTERM)
	return log
}

// TestMosquittoOverTLS runs the program against a broker that asks for a certificate.
func TestMosquittoOverTLS(t *testing.T) {
	binary := needMosquitto(t)
	b := sealed(t, true)
	write(t, filepath.Join(b.dir, "password"), hubPassword)
	const certified = "ca_file: ca.pem, cert_file: hubd.pem, key_file: hubd.key"
	for _, row := range []struct {
		name, files   string // of the certificates, beside the password's
		password, key os.FileMode
		says          string // the hub, once each
	}{
		{"with the broker's authority and a certificate of its own it is let in", certified, 0o600, 0o600, "broker connected"},
		{"without a certificate of its own it is not", "ca_file: ca.pem", 0o600, 0o600, "no broker yet, retrying"},
		{"a broker of another authority is told nothing", "ca_file: other.pem, cert_file: hubd.pem, key_file: hubd.key", 0o600, 0o600, "no broker yet, retrying"},
		{"a password that others can read is not used", certified, 0o644, 0o600, "chmod 600"},
		{"nor a key that others can read", certified, 0o600, 0o640, "hubd.key can be read by others"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(filepath.Join(b.dir, "password"), row.password), os.Chmod(filepath.Join(b.dir, "hubd.key"), row.key)); err != nil {
				t.Fatal(err)
			}
			log := b.overTLS(t, binary, "password_file: password, "+row.files, row.says)
			if in := strings.Contains(log.String(), "broker connected"); in != (row.says == "broker connected") {
				t.Errorf("at the broker: %t\n%s", in, log)
			}
		})
	}
}

// TestMosquittoOverTLSWithAPasswordAlone runs the program against a broker that asks for no certificate, as most do.
func TestMosquittoOverTLSWithAPasswordAlone(t *testing.T) {
	binary := needMosquitto(t)
	b := sealed(t, false)
	write(t, filepath.Join(b.dir, "password"), hubPassword)
	if err := os.Chmod(filepath.Join(b.dir, "password"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, system, files, says string }{
		{"an authority that is named", "other.pem", ", ca_file: ca.pem", "broker connected"},
		{"one that the system knows", "ca.pem", "", "broker connected"},
		{"one that the system knows where another is named", "ca.pem", ", ca_file: other.pem", "unknown authority"},
		{"one that nobody knows", "other.pem", "", "unknown authority"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", filepath.Join(b.dir, row.system))
			b.overTLS(t, binary, "password_file: password"+row.files, row.says)
		})
	}
}
