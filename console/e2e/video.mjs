// People before a browser's camera: a picture that sways a little, as a file that Chromium's fake camera plays again and again.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PICTURES = 90;
const SIZE = { width: 640, height: 480 };

/** The path of an MJPEG file that shows people side by side: JPEG files of this repository, each as large as its `zoom` says. */
export async function video(browser, people) {
  const page = await browser.newPage();
  const shown = people.map(({ picture, zoom = 1 }) => ({
    jpeg: readFileSync(new URL(`../../${picture}`, import.meta.url)).toString("base64"),
    zoom,
  }));
  const drawn = await page.evaluate(draw, { people: shown, count: PICTURES, ...SIZE });
  await page.close();
  const path = join(mkdtempSync(join(tmpdir(), "console-e2e-")), "people.mjpeg");
  writeFileSync(path, Buffer.concat(drawn.map((picture) => Buffer.from(picture, "base64"))));
  return path;
}

/** Runs in the page. */
async function draw({ people, count, width, height }) {
  const images = await Promise.all(
    people.map(async ({ jpeg }) => {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${jpeg}`;
      await image.decode();
      return image;
    }),
  );
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const share = width / images.length;
  const pictures = [];
  for (let index = 0; index < count; index += 1) {
    const angle = (2 * Math.PI * index) / count;
    images.forEach((image, place) => {
      const cover = Math.max(share / image.width, height / image.height) * 1.05 * people[place].zoom;
      const [wide, high] = [image.width * cover, image.height * cover];
      // Faces are in the upper half of portraits. Nobody sways in step with their neighbour.
      const x = (share - wide) / 2 + 5 * Math.sin(2 * angle + place);
      const y = (height - high) * 0.25 + 3 * Math.cos(3 * angle + place);
      context.save();
      context.beginPath();
      context.rect(place * share, 0, share, height);
      context.clip();
      context.drawImage(image, place * share + Math.min(0, x), Math.min(0, y), wide, high);
      context.restore();
    });
    const grain = context.getImageData(0, 0, width, height);
    for (let at = 0; at < grain.data.length; at += 1) if (at % 4 < 3) grain.data[at] += Math.random() * 6 - 3;
    context.putImageData(grain, 0, 0);
    pictures.push(canvas.toDataURL("image/jpeg", 0.9).split(",")[1]);
  }
  return pictures;
}
