import CanaryCore
import CanaryTransport
import FoundationEssentials

/// One exposition from a URL, a file, or standard input.
package enum ScrapeOnce {
    /// The bytes of the page; at most `limit` are read.
    package static func fetch(target: String, limit: Int = 100_000_000) async throws(AgentError) -> [UInt8] {
        if target == "-" { return try read(FileHandleReader.standardInput, name: "standard input", limit: limit) }
        if target.hasPrefix("http://") || target.hasPrefix("https://") { return try await get(target, limit: limit) }
        return try read(FileHandleReader(path: target), name: target, limit: limit)
    }

    private static func get(_ url: String, limit: Int) async throws(AgentError) -> [UInt8] {
        let client = HTTPClient()
        let result: Result<HTTPResponse, TransportError>
        do {
            result = .success(try await client.send(HTTPRequest(url: url, deadline: .seconds(10), maximumBytes: limit)))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        switch result {
        case .success(let response) where response.status == 200:
            return response.body
        case .success(let response):
            throw AgentError("\(url) answered HTTP \(response.status)", hint: "a scrape target answers 200 with text")
        case .failure(let error):
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
    }

    private static func read(_ reader: FileHandleReader, name: String, limit: Int) throws(AgentError) -> [UInt8] {
        do {
            return try reader.readAll(limit: limit)
        } catch {
            throw AgentError("cannot read \(name)", cause: error.cause, exitCode: .usage)
        }
    }
}
