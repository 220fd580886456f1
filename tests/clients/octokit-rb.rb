# One thing done with octokit.rb, as its users have it; what it saw is printed as JSON.
#
#     octokit-rb.rb read|pages|write|graphql BASE_URL TOKEN
require "json"
require "octokit"

REPO = "octo-org/hello-world"

def read(client)
  repo = client.repository(REPO)
  client.repository(REPO)
  headers = client.last_response.headers
  # what its answers link to, followed
  labels = repo.rels[:labels].get(uri: { name: nil }).data
  client.get("repos/#{REPO}", headers: { "If-None-Match" => headers["etag"] })
  unchanged = client.last_response.status
  missing = begin
    client.repository("octo-org/nothing-here")
  rescue Octokit::NotFound => error
    error.class.name
  end
  { name: repo.full_name, url: repo.url, cache: headers["cache-status"], labels: labels.size,
    unchanged: unchanged, missing: missing, limit: client.rate_limit.limit }
end

def pages(client)
  { numbers: client.list_issues(REPO, state: "all", per_page: 30).map(&:number) }
end

def write(client)
  issue = client.create_issue(REPO, "By octokit.rb", "Grüße")
  comment = client.add_comment(REPO, issue.number, "A comment")
  client.close_issue(REPO, issue.number)
  seen = client.issue(REPO, issue.number)
  { title: seen.title, body: seen.body, state: seen.state, url: comment.url,
    comments: client.issue_comments(REPO, issue.number).map(&:body) }
end

def graphql(client)
  query = "query { repository(owner: \"octo-org\", name: \"hello-world\") { nameWithOwner } }"
  { name: client.post("/graphql", { query: query }.to_json).data.repository.nameWithOwner }
end

what, base_url, token = ARGV
client = Octokit::Client.new(api_endpoint: base_url, access_token: token, auto_paginate: true)
puts JSON.generate(send(what, client))
