import CanaryTransport
import CanaryYAML

/// A watch that is open: events in the order of their versions, until the server ends it.
///
/// It ends by itself at the time asked for, which is nothing to worry about: go on from the last version. It throws
/// `gone` when that is not possible any more, `timedOut` when the server was silent for longer than the idle limit, and
/// `unreachable` when the connection was lost; a line that was cut is dropped.
package struct WatchStream: Sendable {
    private let stream: HTTPStream
    private let call: APICall
    private let label: String
    private let lineBytes: Int
    private var lines: LineBuffer
    private var hasFailed = false

    init(stream: HTTPStream, call: APICall, label: String, lineBytes: Int) {
        self.stream = stream
        self.call = call
        self.label = label
        self.lineBytes = lineBytes
        lines = LineBuffer(limit: lineBytes)
    }

    /// The next event; nil when the server ended the watch in good order.
    package mutating func next() async throws(KubernetesError) -> WatchEvent? {
        while !hasFailed {
            do throws(KubernetesError) {
                while let line = lines.next() {
                    if let event = try event(line) { return event }
                }
                let bytes = try await read()
                guard let bytes else {
                    // What is left of a line without its break was cut, and comes again with the next watch.
                    return nil
                }
                guard lines.append(bytes) else {
                    throw .badAnswer("an event has more than \(lineBytes) bytes", call: call, label: label)
                }
            } catch {
                hasFailed = true
                stream.cancel()
                throw error
            }
        }
        return nil
    }

    /// Ends the watch and closes its connection.
    package func cancel() {
        stream.cancel()
    }

    private func read() async throws(KubernetesError) -> [UInt8]? {
        do throws(TransportError) {
            return try await stream.next()
        } catch {
            throw KubernetesError(error, call: call, label: label)
        }
    }

    private func event(_ line: ArraySlice<UInt8>) throws(KubernetesError) -> WatchEvent? {
        guard line.contains(where: { $0 > 0x20 }) else { return nil }
        let json: JSONValue
        do throws(JSONText.Failure) {
            json = try JSONText.parse(line)
        } catch {
            throw badLine(line, "\(error)")
        }
        guard let object = json["object"], object.members != nil else { throw badLine(line, "it has no object") }
        switch json["type"]?.string {
        case "ADDED", "MODIFIED":
            return .stored(try named(object, line))
        case "DELETED":
            return .deleted(try named(object, line))
        case "BOOKMARK":
            guard let version = object["metadata"]?["resourceVersion"]?.string, !version.isEmpty else {
                throw badLine(line, "a bookmark has no version")
            }
            return .bookmark(resourceVersion: version)
        case "ERROR":
            throw KubernetesError(event: object, call: call, label: label)
        default:
            // A type that is not known yet.
            return nil
        }
    }

    private func named(_ json: JSONValue, _ line: ArraySlice<UInt8>) throws(KubernetesError) -> KubernetesObject {
        let object = KubernetesObject(json)
        guard !object.name.isEmpty, !object.resourceVersion.isEmpty else {
            throw badLine(line, "the object has no name or no version")
        }
        return object
    }

    private func badLine(_ line: ArraySlice<UInt8>, _ cause: String) -> KubernetesError {
        .badAnswer("a line of the watch cannot be used, \(cause): \(Excerpt.words(of: line))", call: call, label: label)
    }
}

extension KubernetesClient {
    /// Opens a watch for what changes after a version.
    ///
    /// - Parameters:
    ///   - version: of a list, an object, a bookmark.
    ///   - duration: after which the server is asked to end it, in whole seconds; a bookmark comes shortly before.
    ///   - idle: the longest silence that is taken for life.
    package func watch(
        _ resource: APIResource,
        namespace: String?,
        labels: String? = nil,
        name: String? = nil,
        from version: String,
        duration: Duration = .seconds(30),
        idle: Duration = .seconds(40)
    ) async throws(KubernetesError) -> WatchStream {
        var call = APICall(verb: "watch", resource: resource, namespace: namespace)
        call.query =
            Self.selection(labels: labels, name: name) + [
                ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
                ("timeoutSeconds", "\(min(max(duration.components.seconds, 1), 3600))"),
            ]
        let stream = try await open(call, idle: idle)
        guard stream.isSuccess else {
            throw KubernetesError(
                status: stream.status,
                headers: stream.headers,
                body: await start(of: stream),
                call: call,
                label: connection.label
            )
        }
        if let type = stream.header("Content-Type"), !type.lowercased().contains("json") {
            let body = await start(of: stream)
            throw .badAnswer(
                KubernetesError.foreign(status: stream.status, contentType: type, body: body),
                call: call,
                label: connection.label,
                hint: "check the server's URL: a proxy or a login page may stand before it"
            )
        }
        return WatchStream(stream: stream, call: call, label: connection.label, lineBytes: limits.lineBytes)
    }

    /// Opens the stream of a watch; again with other credentials if those of a plugin were refused.
    private func open(_ call: APICall, idle: Duration) async throws(KubernetesError) -> HTTPStream {
        let first = try await openOnce(call, idle: idle)
        guard first.stream.status == 401, await connection.credentials.refused(run: first.run) else {
            return first.stream
        }
        first.stream.cancel()
        return try await openOnce(call, idle: idle).stream
    }

    private func openOnce(
        _ call: APICall,
        idle: Duration
    ) async throws(KubernetesError) -> (stream: HTTPStream, run: Int?) {
        var (request, run) = try await request(for: call)
        request.deadline = limits.deadline
        do throws(TransportError) {
            return (try await http.stream(request, idle: idle), run)
        } catch {
            throw KubernetesError(error, call: call, label: connection.label)
        }
    }

    /// The body of an answer that is no watch, as far as it comes soon.
    private func start(of stream: HTTPStream) async -> [UInt8] {
        // Ends with the sleep, or before it with this function.
        let timer = Task { [deadline = limits.deadline] in
            try await Task.sleep(for: deadline)
            stream.cancel()
        }
        defer { timer.cancel() }
        var body: [UInt8] = []
        // What comes before a failure is enough for a message.
        while body.count < 65_536, let more = try? await stream.next() {
            body += more
        }
        stream.cancel()
        return body
    }
}
