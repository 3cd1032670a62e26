package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// file is one entry of the guest's first file system.
type file struct {
	path   string // in the guest, without a slash before it
	mode   uint32 // type and permission, as in struct stat
	rdev   [2]int // of a device
	source string // on this machine; empty: it has no contents
}

// Kinds of files, S_IFMT.
const (
	folderMode  = 0o040755
	programMode = 0o100755
	consoleMode = 0o020600
)

// writeArchive writes files as the kernel takes them for its first file system: cpio in the form "newc"
// (Documentation/driver-api/early-userspace/buffer-format.rst), not compressed. What is written is the same for the same files.
func writeArchive(to io.Writer, files []file) error {
	for i, f := range append(files, file{path: "TRAILER!!!"}) {
		var contents []byte
		if f.source != "" {
			var err error
			if contents, err = os.ReadFile(f.source); err != nil {
				return err
			}
		}
		if _, err := to.Write(entry(i+1, f, contents)); err != nil {
			return err
		}
	}
	return nil
}

// entry is one file: a header of hexadecimal fields, the name and the contents, each padded to four bytes.
func entry(inode int, f file, contents []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		inode, f.mode, 0, 0, 1, 0, len(contents), 0, 0, f.rdev[0], f.rdev[1], len(f.path)+1, 0)
	b.WriteString(f.path)
	b.WriteByte(0)
	pad(&b)
	b.Write(contents)
	pad(&b)
	return b.Bytes()
}

func pad(b *bytes.Buffer) { b.Write(make([]byte, -b.Len()&3)) }
