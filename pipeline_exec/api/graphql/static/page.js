"use strict";

const EXAMPLE = `# The latest executions, and how they ended. Press Ctrl-Enter to run this.
query LatestExecutions {
  executions(first: 10, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    totalCount
    nodes {
      id
      status
      triggerType
      duration
      source { name }
      counts { totalRows totalCells totalErrorCells totalErrorRows }
      error { type message }
      pipeline { name }
    }
  }
}
`;

const address = new URL(window.location.pathname, window.location.href);
const socket = new URL(address);
socket.protocol = address.protocol.replace("http", "ws");

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: address.href, subscriptionUrl: socket.href }),
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    defaultQuery: EXAMPLE,
    defaultEditorToolsVisibility: true,
  }),
);
