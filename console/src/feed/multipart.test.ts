import { expect, test } from "vitest";
import { MultipartParser, type Part } from "./multipart";

const part = (body: string) => `--b\r\ncontent-type: image/jpeg\r\ncontent-length: ${body.length}\r\n\r\n${body}\r\n`;
const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (parts: Part[]) => parts.map(({ bytes }) => new TextDecoder().decode(bytes));

test("pictures that come in one piece are told apart", () => {
  const parser = new MultipartParser();
  expect(texts(parser.push(bytes(part("first") + part("second"))))).toEqual(["first", "second"]);
});

test("a picture that is cut anywhere is put together again", () => {
  const stream = bytes(part("one\r\n\r\ntwo") + part("three"));
  for (let cut = 1; cut < stream.length; cut++) {
    const parser = new MultipartParser();
    const got = [...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))];
    expect(texts(got)).toEqual(["one\r\n\r\ntwo", "three"]);
  }
});

test("a part is told with its place, and what closes the stream is none", () => {
  const named = part("door").replace("\r\n\r\n", "\r\ncontent-location: cameras/door/snapshot\r\n\r\n");
  const parts = new MultipartParser().push(bytes(`${named}${part("no place")}--b--\r\n`));
  expect(parts.map(({ location }) => location)).toEqual(["cameras/door/snapshot", ""]);
});

test("a part without a length is refused", () => {
  expect(() => new MultipartParser().push(bytes("--b\r\ncontent-type: image/jpeg\r\n\r\nx"))).toThrow();
});
