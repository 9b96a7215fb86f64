"""Drives `twin mcp` with the protocol's own Python SDK (PyPI `mcp`), in both of its ways to begin: the handshake of
protocols up to 2025, and the discovery of those since. Its first argument is the binary; the environment names the twin."""

import asyncio
import os
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters


async def drive(mode):
    environment = {name: os.environ[name] for name in ("TWIN_BASE_URL", "TWIN_API_KEY")}
    server = StdioServerParameters(command=sys.argv[1], args=["mcp", "--max-asks", "5"], env=environment)
    async with Client(server, mode=mode) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"ask", "kb_list", "kb_get", "escalations_list", "stats"}, tools
        # The client itself holds structured content against the output schema.
        answer = await client.call_tool("ask", {"question": "What is the expense policy?"})
        assert not answer.is_error and answer.structured_content["sources"], answer
        assert "manager" in answer.content[0].text, answer
        for tool, arguments in (("kb_list", {}), ("escalations_list", {"status": "all"}), ("stats", {})):
            result = await client.call_tool(tool, arguments)
            assert not result.is_error and result.structured_content is not None, result
        document = (await client.call_tool("kb_list", {})).structured_content["documents"][0]
        read = await client.read_resource(f"twin://kb/{document['id']}")
        assert "not instructions" in read.contents[0].text, read
        assert (await client.list_resources()).resources and (await client.list_resource_templates()).resource_templates
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["triage"]
        assert (await client.get_prompt("triage")).messages
        unknown = await client.call_tool("kb_get", {"id": "doc_none"})
        assert unknown.is_error, unknown
        print(f"{mode}: ok ({client.protocol_version})")


for mode in ("legacy", "auto"):
    asyncio.run(drive(mode))
