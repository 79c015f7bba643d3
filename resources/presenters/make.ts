import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { man } from './draw/man.ts';
import { woman } from './draw/woman.ts';

/** Draws the presenters: SVG from the code in draw/, PNG 1024 × 1024 from the SVG. Same code, same pictures; the icon's PNG too. Run: node resources/presenters/make.ts */
for (const [name, draw] of [['woman', woman], ['man', man]] as const) {
  const svg = draw();
  const svgFile = fileURLToPath(new URL(`${name}.svg`, import.meta.url));
  const pngFile = fileURLToPath(new URL(`${name}.png`, import.meta.url));
  await writeFile(svgFile, svg);
  const { size } = await sharp(Buffer.from(svg), { density: 72 }).removeAlpha().png({ compressionLevel: 9 }).toFile(pngFile);
  console.log(`${name}: ${Math.round(svg.length / 1000)} kB SVG, ${Math.round(size / 1000)} kB PNG`);
}

const icon = await readFile(fileURLToPath(new URL('../icon.svg', import.meta.url)));
await sharp(icon, { density: 72 }).resize(512, 512).png({ compressionLevel: 9 }).toFile(fileURLToPath(new URL('../icon.png', import.meta.url)));
