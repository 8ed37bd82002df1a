/** What the page of the memory map is loaded from, as URIs that a webview may load. */
export interface MapPageParts {
  readonly script: string;
  readonly style: string;
  /** Where a webview loads files of the extension from. */
  readonly source: string;
  /** Fresh for each page: the one script that may run. */
  readonly nonce: string;
}

/** The page of the memory map: one script, one style sheet, nothing from outside, no text of the user. Pictures are those that it draws itself. */
export function mapPage({ script, style, source, nonce }: MapPageParts): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'; img-src blob:">
<title>Memory Map</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
