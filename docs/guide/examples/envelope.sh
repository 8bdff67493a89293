#!/usr/bin/env bash
# envelope.sh HOLDER ACTION BODY.xml [OPTIONS OF ./dev vihf]
# Prints a SOAP 1.2 message: addressing, a fresh signed header of HOLDER, the body. SANDBOX names the folder.
set -euo pipefail
holder=$1 action=$2 body=$3
shift 3
cat <<XML
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
<env:Header>
<wsa:Action>$action</wsa:Action>
<wsa:MessageID>urn:uuid:$(python3 -c 'import uuid; print(uuid.uuid4())')</wsa:MessageID>
<wsa:To>https://localhost/</wsa:To>
$(./dev vihf --dir "${SANDBOX:-sandbox}" --holder "$holder" "$@")
</env:Header>
<env:Body>
$(cat "$body")
</env:Body>
</env:Envelope>
XML
