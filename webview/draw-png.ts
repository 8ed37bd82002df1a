/** Of a picture beside the drawing's own pixels, so that its text is sharp on paper and on dense screens. */
const wantedScale = 2;
/** Pixels: Chromium draws wider canvases, but then needs more memory than a picture is worth. */
const mostSide = 16_384;
const mostArea = 64_000_000;

export type DrawnPng = { readonly base64: string } | { readonly reason: string };

/**
 * Draws an SVG that has a width and a height as a PNG, in base64. It is drawn light or dark as the page is, whatever the system prefers.
 */
export async function drawPng(svg: string, isDark: boolean): Promise<DrawnPng> {
  const text = svg.replaceAll('@media (prefers-color-scheme:dark)', isDark ? '@media all' : '@media not all');
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width === 0 || height === 0) return { reason: 'the drawing has no size' };
    const scale = Math.min(wantedScale, mostSide / width, mostSide / height, Math.sqrt(mostArea / (width * height)));
    if (scale < 1) return { reason: `${width} by ${height} pixels are too many for a PNG: export an SVG` };
    const canvas = document.createElement('canvas');
    canvas.width = Math.floor(width * scale);
    canvas.height = Math.floor(height * scale);
    const context = canvas.getContext('2d');
    if (context === null) return { reason: 'this editor cannot draw pictures' };
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const bytes = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    return bytes === null ? { reason: 'there is not enough memory for the picture' } : { base64: await base64Of(bytes) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  } finally {
    URL.revokeObjectURL(url);
  }
}

function base64Of(bytes: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const text = String(reader.result);
      resolve(text.slice(text.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(bytes);
  });
}
