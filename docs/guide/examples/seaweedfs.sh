#!/bin/sh
# SeaweedFS with two copies of every document, each synced before it is acknowledged. One command per machine; run by systemd.
set -eu

case "$1" in
  master) # on three machines: the odd number elects
    exec weed master -ip "$2" -port 9333 -mdir /var/lib/seaweed/master \
      -peers m1:9333,m2:9333,m3:9333 -defaultReplication 010 ;;
  volume) # on each machine with disks; the rack says what fails together
    exec weed volume -ip "$2" -rack "$3" -dir /var/lib/seaweed/volume -master m1:9333,m2:9333,m3:9333 ;;
  filer) # on two machines, with the S3 door; /etc/seaweedfs/filer.toml keeps the names in PostgreSQL: [postgres2]
    exec weed filer -ip "$2" -master m1:9333,m2:9333,m3:9333 -s3 -s3.port 8332 -s3.port.https 8333 \
      -s3.config /etc/seaweedfs/s3.json -s3.cert.file /etc/seaweedfs/s3.pem -s3.key.file /etc/seaweedfs/s3.key ;;
  settle) # once: two copies, two racks, and a sync before each acknowledgement
    printf '%s\n' "s3.bucket.create -name documents" \
      "fs.configure -locationPrefix=/buckets/documents/ -replication=010 -fsync -apply" |
      weed shell -master m1:9333 -filer "$2:8888" ;;
  *) echo "master ADDRESS | volume ADDRESS RACK | filer ADDRESS | settle FILER" >&2; exit 2 ;;
esac
