// The import loop of the API reference, as it stands there; only the address and the pages are ours:
//
//     TWIN_BASE_URL=… TWIN_API_KEY=… node import_loop.mjs COUNT
const { TWIN_BASE_URL, TWIN_API_KEY: API_KEY } = process.env

async function getNotionPages() {
  const numbers = [...Array(Number(process.argv[2])).keys()]
  return numbers.map((number) => ({ title: `Page ${number}`, plainText: `Text of page ${number}.` }))
}

// Import all pages from your Notion workspace
const pages = await getNotionPages()
for (const page of pages) {
  await fetch(`${TWIN_BASE_URL}/v1/kb`, {
    method: 'POST',
    headers: {
      'Authorization': `Bearer ${API_KEY}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      title: page.title,
      type: 'note',
      content: page.plainText,
    }),
  })
}
