#!/usr/bin/env bash
# post.sh HOLDER SERVICE CONTENT-TYPE FILE
# Posts FILE to a service of the sandbox over mutual TLS, with the authentication certificate of HOLDER.
set -euo pipefail
holder=$1 service=$2 type=$3 file=$4
told() { python3 -c 'import functools, json, sys
print(functools.reduce(dict.get, sys.argv[2:], json.load(open(sys.argv[1] + "/sandbox.json"))))' "${SANDBOX:-sandbox}" "$@"; }
curl --silent --show-error \
  --cacert "$(told ca)" \
  --cert "$(told holders "$holder" auth cert)" --key "$(told holders "$holder" auth key)" \
  --header "Content-Type: $type" --data-binary "@$file" \
  "$(told services "$service")"
