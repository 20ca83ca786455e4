package otlp

import (
	"context"
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
	"strings"
	"testing"
	"time"
)

// authority makes a certificate authority. It returns a certificate for this host that
// the authority has signed, and the file of the authority's own certificate.
func authority(t *testing.T) (server tls.Certificate, caFile string) {
	t.Helper()
	caKey, caDER, ca := certify(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "a private authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	key, der, _ := certify(t, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, caKey)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, caFile
}

// certify signs a certificate, by itself if there is no parent.
func certify(t *testing.T, template, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, []byte, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if by == nil {
		by, byKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, byKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, der, certificate
}

func TestACollectorMayHaveACertificateOfAPrivateAuthority(t *testing.T) {
	server, caFile := authority(t)
	r := listen(t, "127.0.0.1:0", func(r *receiver) {
		r.certificate = &server
	})
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://"+r.address)

	t.Run("in the environment", func(t *testing.T) {
		t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", caFile)
		log := initTracing(t)
		metricsLog := initMetrics(t)
		touch(t, 2)
		shutdownTracing(t)
		shutdownMetrics(t)
		if len(r.spans()) != 2 || r.operations() != 2 {
			t.Errorf("%d spans and %d operations", len(r.spans()), r.operations())
		}
		if log.String()+metricsLog.String() != "" {
			t.Errorf("logged %s%s", log, metricsLog)
		}
	})
	t.Run("that is unknown", func(t *testing.T) {
		initTracing(t)
		initMetrics(t)
		touch(t, 1)
		for _, shutdown := range []func(context.Context) error{ShutdownTracing, ShutdownMetrics} {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if err := shutdown(ctx); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("the shutdown returned %v", err)
			}
		}
	})
}
