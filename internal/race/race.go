// Package race lets tests that prove little about concurrency do less under the race
// detector, with which each takes twenty times as long.
package race
