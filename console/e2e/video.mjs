// People before a browser's camera: a picture that sways a little, as a file that Chromium's fake camera plays again and again.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PICTURES = 90;
const SIZE = { width: 640, height: 480 };

/** The path of an MJPEG file that shows `picture`, a JPEG file of this repository. */
export async function video(browser, picture) {
  const page = await browser.newPage();
  const jpeg = readFileSync(new URL(`../../${picture}`, import.meta.url)).toString("base64");
  const pictures = await page.evaluate(draw, { jpeg, count: PICTURES, ...SIZE });
  await page.close();
  const path = join(mkdtempSync(join(tmpdir(), "console-e2e-")), "people.mjpeg");
  writeFileSync(path, Buffer.concat(pictures.map((picture) => Buffer.from(picture, "base64"))));
  return path;
}

/** Runs in the page. */
async function draw({ jpeg, count, width, height }) {
  const image = new Image();
  image.src = `data:image/jpeg;base64,${jpeg}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const cover = Math.max(width / image.width, height / image.height) * 1.05;
  const [wide, high] = [image.width * cover, image.height * cover];
  const pictures = [];
  for (let index = 0; index < count; index += 1) {
    const angle = (2 * Math.PI * index) / count;
    // Faces are in the upper half of portraits.
    const [x, y] = [(width - wide) / 2 + 5 * Math.sin(2 * angle), (height - high) * 0.25 + 3 * Math.cos(3 * angle)];
    context.drawImage(image, Math.min(0, x), Math.min(0, y), wide, high);
    const grain = context.getImageData(0, 0, width, height);
    for (let at = 0; at < grain.data.length; at += 1) if (at % 4 < 3) grain.data[at] += Math.random() * 6 - 3;
    context.putImageData(grain, 0, 0);
    pictures.push(canvas.toDataURL("image/jpeg", 0.9).split(",")[1]);
  }
  return pictures;
}
