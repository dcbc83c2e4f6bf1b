package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wsspec/wsspec/harness/reference"
)

// TestTLS: wss with a private authority, and what the user reads when the certificate does not do.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	now := time.Now()
	here := x509.Certificate{DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: now.Add(time.Hour)}
	elsewhere := x509.Certificate{DNSNames: []string{"example.org"}, NotAfter: now.Add(time.Hour)}
	old := here
	old.NotAfter = now.Add(-time.Hour)
	for name, test := range map[string]struct {
		certificate x509.Certificate
		flags       []string
		code        int
		stderr      string // words of it
	}{
		"trusted":                     {here, []string{"--ca", ca.file}, exitConforms, ""},
		"with --insecure":             {here, []string{"--insecure"}, exitConforms, ""},
		"other host, with --insecure": {elsewhere, []string{"--insecure"}, exitConforms, ""},
		"expired, with --insecure":    {old, []string{"--insecure"}, exitConforms, ""},
		"self-signed":                 {here, nil, exitUntested, "the certificate is not trusted (x509: certificate signed by unknown authority): give its authority with --ca FILE, or --insecure"},
		"unknown authority":           {here, nil, exitUntested, "the certificate is not trusted (x509: certificate signed by unknown authority): give its authority with --ca FILE, or --insecure"},
		"other host":                  {elsewhere, []string{"--ca", ca.file}, exitUntested, "the certificate is that of another host (x509: certificate is valid for example.org, not localhost): use its name in the URL, or --insecure"},
		"expired":                     {old, []string{"--ca", ca.file}, exitUntested, "the certificate is out of date (x509: certificate has expired or is not yet valid: current time "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certificate := ca.issue(t, test.certificate)
			if name == "self-signed" {
				certificate = selfSigned(t, test.certificate)
			}
			url := hostTLS(t, certificate)
			dir := t.TempDir()
			e := runProgram(t, append([]string{"test", "--cases", "1.1.*,2.1,5.6,7.1.1", "--out", dir, url}, test.flags...)...)
			e.check(t)
			if e.code != test.code {
				t.Errorf("exit code %d, want %d\n%s%s", e.code, test.code, e.stdout, e.stderr)
			}
			if !strings.Contains(e.stderr, test.stderr) {
				t.Errorf("stderr says\n%s\nwant\n%s", e.stderr, test.stderr)
			}
			if rec := readRecord(t, dir); test.code == exitConforms && rec.Ran != rec.Planned || test.code == exitUntested && rec.Ran != 0 {
				t.Errorf("%d planned, %d ran", rec.Planned, rec.Ran)
			}
		})
	}
}

// TestTLSByMistake: TLS where there is none, and none where there is.
func TestTLSByMistake(t *testing.T) {
	t.Parallel()
	secure := hostTLS(t, selfSigned(t, x509.Certificate{DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}))
	plain := listen(t, faulty(""))
	for url, want := range map[string]string{
		strings.Replace(secure, "wss:", "ws:", 1): "the server expects TLS: use wss://",
		strings.Replace(plain, "ws:", "wss:", 1):  "the server does not speak TLS: use ws:// instead of wss://",
	} {
		e := runProgram(t, "test", "--cases", "1.1.1", url)
		if e.check(t); e.code != exitUntested || !strings.Contains(e.stderr, want) {
			t.Errorf("%s: exit code %d, %s", url, e.code, e.stderr)
		}
	}
}

// TestKeyLog: the secrets of TLS connections go behind what the file holds, and nobody else may read them.
func TestKeyLog(t *testing.T) {
	url := hostTLS(t, selfSigned(t, x509.Certificate{DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}))
	name := filepath.Join(t.TempDir(), "keys")
	t.Setenv(keyLogVariable, name)
	for range 2 {
		if e := runProgram(t, "test", "--cases", "1.1.1", "--insecure", url); e.code != exitConforms {
			t.Fatalf("exit code %d, %s", e.code, e.stderr)
		}
	}
	keys, err := os.ReadFile(name)
	if n := strings.Count(string(keys), "CLIENT_TRAFFIC_SECRET_0 "); err != nil || n < 4 {
		t.Errorf("%d secrets, %v", n, err)
	}
	if info, err := os.Stat(name); err == nil && runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}

	t.Setenv(keyLogVariable, filepath.Join(name, "below a file"))
	if e := runProgram(t, "test", "--cases", "1.1.1", "--insecure", url); e.code != exitUsage || !strings.Contains(e.stderr, keyLogVariable+": open ") {
		t.Errorf("exit code %d, %s", e.code, e.stderr)
	}
	if e := runProgram(t, "test", "--cases", "1.1.1", listen(t, faulty(""))); e.code != exitConforms {
		t.Errorf("without TLS: exit code %d, %s", e.code, e.stderr)
	}
}

// hostTLS is a reference server behind TLS.
func hostTLS(t *testing.T, certificate tls.Certificate) (url string) {
	t.Helper()
	plain := host(t, func(ln net.Listener) {
		reference.Listen(t.Context(), tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{certificate}}), nil)
	})
	_, port, _ := net.SplitHostPort(strings.Trim(strings.TrimPrefix(plain, "ws://"), "/"))
	return "wss://localhost:" + port + "/"
}

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // its certificate in PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a private authority"},
		NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	a := &authority{certificate: template, key: newKey(t)}
	der := a.sign(t, template, a.key)
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.certificate, a.file = certificate, filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue makes a certificate for a server out of a template.
func (a *authority) issue(t *testing.T, template x509.Certificate) tls.Certificate {
	t.Helper()
	template.SerialNumber, template.ExtKeyUsage = big.NewInt(2), []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{a.sign(t, &template, key)}, PrivateKey: key}
}

// selfSigned makes a certificate for a server out of a template, which no authority has signed.
func selfSigned(t *testing.T, template x509.Certificate) tls.Certificate {
	t.Helper()
	template.SerialNumber, template.ExtKeyUsage = big.NewInt(3), []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	a := &authority{certificate: &template, key: newKey(t)}
	return tls.Certificate{Certificate: [][]byte{a.sign(t, &template, a.key)}, PrivateKey: a.key}
}

func (a *authority) sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey) (der []byte) {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
