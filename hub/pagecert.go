package hub

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"time"
)

const (
	ownCert = "page.pem" // beside settings.json
	ownKey  = "page.key"

	// certLasts is how long a self-made certificate holds: phones refuse longer ones.
	certLasts = 800 * 24 * time.Hour
	// certRenew is how near its end a new one is made.
	certRenew = 30 * 24 * time.Hour
)

// certificate is one on disk.
type certificate struct {
	cert, key string
	guarded   func() error // whether the key may be used; nil: it is hubd's own
}

// pair reads both.
func (c certificate) pair() (*tls.Certificate, error) {
	if c.guarded != nil {
		if err := c.guarded(); err != nil {
			return nil, err
		}
	}
	p, err := tls.LoadX509KeyPair(c.cert, c.key)
	return &p, err
}

// ensure makes a self-made certificate where there is none that holds for these names, and gives its fingerprint: what a browser shows
// beside its warning, so that people can compare.
func (c certificate) ensure(names []string, now time.Time) (fingerprint string, err error) {
	if old, err := c.read(); err == nil && old.NotAfter.Sub(now) > certRenew && covers(old, names) {
		return fingerprintOf(old.Raw), nil
	}
	der, key, err := makeCertificate(names, now)
	if err != nil {
		return "", fmt.Errorf("hub: certificate of the page: %w", err)
	}
	err = errors.Join(
		writeWhole(c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		writeWhole(c.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
	)
	if err != nil {
		return "", fmt.Errorf("hub: certificate of the page is not stored: %w", err)
	}
	return fingerprintOf(der), nil
}

func ownCertificate(dir string) certificate {
	return certificate{cert: filepath.Join(dir, ownCert), key: filepath.Join(dir, ownKey)}
}

// read gives the certificate where its key is there and fits: the power may go between the writing of the two.
func (c certificate) read() (*x509.Certificate, error) {
	pair, err := c.pair()
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(pair.Certificate[0])
}

func covers(c *x509.Certificate, names []string) bool {
	for _, name := range names {
		if c.VerifyHostname(name) != nil {
			return false
		}
	}
	return true
}

func makeCertificate(names []string, now time.Time) (der, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "hubd"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certLasts),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	if der, err = x509.CreateCertificate(rand.Reader, t, t, private.Public(), private); err != nil {
		return nil, nil, err
	}
	key, err = x509.MarshalPKCS8PrivateKey(private)
	return der, key, err
}

// fingerprintOf is the SHA-256 of a certificate as browsers print it.
func fingerprintOf(der []byte) string {
	sum := sha256.Sum256(der)
	return strings.ToUpper(strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":"))
}
