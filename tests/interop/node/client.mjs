// node-soap, a SOAP client with MTOM that is not ours: it searches, submits, searches again and reads.
// Runs where `soap` is installed; what to do comes as JSON on standard input, what came back leaves as JSON.
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import * as soap from "soap";

const wanted = JSON.parse(readFileSync(0, "utf8"));
const file = (name) => readFileSync(wanted[name]);
const document = file("document");

const client = await soap.createClientAsync(wanted.wsdl, { forceSoap12Headers: true, parseResponseAttachments: true });
client.setSecurity(new soap.ClientSSLSecurity(file("key"), file("cert"), file("ca")));

async function call(operation, action, inside, options) {
  const header = (name, value) => `<a:${name} xmlns:a="http://www.w3.org/2005/08/addressing">${value}</a:${name}>`;
  client.clearSoapHeaders();
  client.addSoapHeader(header("Action", action));
  client.addSoapHeader(header("MessageID", `urn:uuid:${randomUUID()}`));
  client.addSoapHeader(wanted.security[operation]);
  try {
    const [result, , , , attachments] = await client[`${operation}Async`]({ $xml: inside }, options);
    return { result, parts: attachments?.parts ?? [] };
  } catch (error) {
    return { fault: error.root?.Envelope?.Body?.Fault ?? String(error), status: error.response?.status };
  }
}

const search = () => call("Search", "urn:ihe:iti:2007:RegistryStoredQuery", wanted.query);
const include = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:document@node"/>';
const submit = () =>
  call(
    "Submit",
    "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    `${wanted.objects}<d:Document xmlns:d="urn:ihe:iti:xds-b:2007" id="Doc">${include}</d:Document>`,
    {
      forceMTOM: true,
      attachments: [{ mimetype: "text/xml", contentId: "document@node", name: "document.xml", body: document }],
    },
  );
const read = () => call("Read", "urn:ihe:iti:2007:RetrieveDocumentSet", wanted.documents);

const sha256 = (octets) => createHash("sha256").update(octets).digest("hex");
const told = ({ parts, ...answer }) => ({ ...answer, parts: parts?.map((part) => sha256(part.body)) });

console.log(
  JSON.stringify({
    empty: told(await search()),
    submitted: told(await submit()),
    again: told(await submit()),
    found: told(await search()),
    read: told(await read()),
  }),
);
