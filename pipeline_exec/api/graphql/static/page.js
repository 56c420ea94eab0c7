"use strict";

const EXAMPLE = `# The latest executions. Ctrl-Enter runs this.
query LatestExecutions {
  executions(first: 10) {
    totalCount
    nodes {
      id
      status
      triggerType
      duration
      pipeline { name }
      source { name }
      counts { totalRows totalErrorCells }
      error { type message }
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
