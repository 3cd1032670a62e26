#!/usr/bin/env sh
# The flags that every build of the program shares. hubd speaks HTTP to its own commands and to browsers at home: HTTP/2 would be half a megabyte
# more to attack. HUBD_TAGS adds tags. What is not called for every sample is not inlined: that is eight tenths of a megabyte less on a small card.
flags="-trimpath -tags=nethttpomithttp2${HUBD_TAGS:+,$HUBD_TAGS}"
for cold in net/... crypto/tls crypto/x509/... encoding/... html/... text/... mime/... regexp/... compress/... math/big reflect fmt log/... \
	go.yaml.in/... github.com/... go.etcd.io/... golang.org/x/net/...; do
	flags="$flags -gcflags=$cold=-l"
done
echo "$flags"
