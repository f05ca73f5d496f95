// People before a browser's camera: a picture that sways a little, as a file that Chromium's fake camera plays again and again.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Long enough, and its people move in enough ways, that nobody stands twice as they stood just before: the appliance takes that for a replay.
const PICTURES = 240;
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
      // They sway, nod, lean to the camera and tilt their heads, never in step with their neighbour.
      const wave = (times, phase) => Math.sin(times * angle + phase + 2 * place);
      const lean = people[place].zoom * (1.08 + 0.025 * wave(3, 1));
      const cover = Math.max(share / image.width, height / image.height) * lean;
      const [wide, high] = [image.width * cover, image.height * cover];
      const [x, y] = [7 * wave(2, 0) + 4 * wave(5, 2), 5 * wave(4, 0.5) + 3 * wave(7, 1.5)];
      context.save();
      context.beginPath();
      context.rect(place * share, 0, share, height);
      context.clip();
      // Faces are in the upper half of portraits.
      context.translate((place + 0.5) * share + x, height * 0.4 + y);
      context.rotate(0.02 * wave(3, 2.5));
      context.drawImage(image, -wide / 2, (height - high) * 0.25 - height * 0.4, wide, high);
      context.restore();
    });
    const grain = context.getImageData(0, 0, width, height);
    for (let at = 0; at < grain.data.length; at += 1) if (at % 4 < 3) grain.data[at] += Math.random() * 6 - 3;
    context.putImageData(grain, 0, 0);
    pictures.push(canvas.toDataURL("image/jpeg", 0.9).split(",")[1]);
  }
  return pictures;
}
