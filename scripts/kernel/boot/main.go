package main

import (
	"os"
	"path/filepath"
)

func main() {
	root := os.Args[1]
	files := []file{{path: "dev", mode: folderMode}, {path: "dev/console", mode: consoleMode, rdev: [2]int{5, 1}}, {path: "modules", mode: folderMode}}
	m, _ := filepath.Glob(root + "/modules/*.ko")
	for _, x := range m {
		files = append(files, file{path: "modules/" + filepath.Base(x), mode: programMode, source: x})
	}
	for _, x := range []string{"init", "hubd-arm64", "hubd-armv6"} {
		files = append(files, file{path: x, mode: programMode, source: root + "/" + x})
	}
	f, _ := os.Create(os.Args[2])
	if err := writeArchive(f, files); err != nil {
		panic(err)
	}
	f.Close()
}
