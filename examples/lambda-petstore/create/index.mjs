// A Lambda function: takes a pet in, if it is one.

import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

const FOLDER = process.env.PETS_FOLDER;
const KINDS = process.env.KINDS.split(",");

function answer(statusCode, body, headers = {}) {
  return { statusCode, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

// What is wrong with it, or undefined.
function complaint(pet) {
  if (pet === null || typeof pet !== "object") return "A pet is a JSON object";
  if (typeof pet.name !== "string" || !/^.{1,60}$/u.test(pet.name)) return "name must be 1 to 60 characters";
  if (!KINDS.includes(pet.kind)) return `kind must be one of ${KINDS.join(", ")}`;
}

export async function handler(event) {
  const text = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8").toString();
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    return answer(400, { message: "The body is no JSON" });
  }
  const message = complaint(given);
  if (message) return answer(400, { message });

  const pet = { id: randomUUID(), name: given.name, kind: given.kind };
  const file = path.join(FOLDER, `${pet.id}.json`);
  await mkdir(FOLDER, { recursive: true });
  // Under its name it is whole: others read while this writes.
  await writeFile(`${file}.new`, JSON.stringify(pet));
  await rename(`${file}.new`, file);
  return answer(201, pet, { Location: `${event.requestContext.path}/${pet.id}` });
}
