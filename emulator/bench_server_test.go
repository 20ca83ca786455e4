package emulator_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore/emulator"
)

// servesOnly makes the binary of the tests serve an emulator until its input ends.
const servesOnly = "EMULATOR_SERVES_ONLY"

func serve() {
	s, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = s.Close()
}

// startProcess starts an emulator in a process of its own, as a server is, and returns the
// address. In the client's process both would share its threads.
func startProcess(b *testing.B) string {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), exe)
	cmd.Env = append(os.Environ(), servesOnly+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// BenchmarkServers compares the emulator with a server, of which AEROSPIKE_HOSTS has the
// address.
func BenchmarkServers(b *testing.B) {
	addresses := map[string]string{"emulator": startProcess(b)}
	if host := os.Getenv("AEROSPIKE_HOSTS"); host != "" {
		addresses["server"] = host
	}
	for _, goroutines := range []int{1, 16} {
		for _, op := range []string{"get", "put"} {
			for name, address := range addresses {
				b.Run(fmt.Sprintf("%s/%d/%s", op, goroutines, name), func(b *testing.B) { benchmark(b, address, op, goroutines) })
			}
		}
	}
}

func benchmark(b *testing.B, address, op string, goroutines int) {
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	client, err := as.NewClient(host, port)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	const records = 1000
	keys := make([]*as.Key, records)
	bins := as.BinMap{"name": "Ann", "age": 30, "score": 1.5}
	for i := range keys {
		keys[i] = newKey(b, "emulator_bench", i)
		if err := client.Put(nil, keys[i], bins); err != nil {
			b.Fatal(err)
		}
	}
	b.SetParallelism((goroutines + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.ResetTimer()
	work := func(i int) {
		var err as.Error
		if op == "get" {
			_, err = client.Get(nil, keys[i%records])
		} else {
			err = client.Put(nil, keys[i%records], bins)
		}
		if err != nil {
			b.Error(err)
		}
	}
	if goroutines == 1 {
		for i := range b.N {
			work(i)
		}
		return
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			work(i)
		}
	})
}

// BenchmarkStart is the time from the start to the first answer.
func BenchmarkStart(b *testing.B) {
	for range b.N {
		s, err := emulator.Start()
		if err != nil {
			b.Fatal(err)
		}
		client, cerr := as.NewClient(s.Host(), s.Port())
		if cerr != nil {
			b.Fatal(cerr)
		}
		if err := client.Put(nil, newKey(b, "s", 1), as.BinMap{"n": 1}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		client.Close()
		_ = s.Close()
		b.StartTimer()
	}
}
