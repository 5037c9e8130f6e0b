import CanaryYAML
import Foundation
import Glibc
import Synchronization

/// The threads of a `FakeAPIServer` and what they share; it does not keep the server itself alive.
final class ServerCore: Sendable {
    let state = Mutex(ServerState())
    let listener: PortListener

    init() throws {
        listener = try PortListener()
    }

    func listen() throws {
        try listener.start { [self] peer in accept(peer) }
    }

    func stop() {
        listener.stop()
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Closes the connections that are open at this moment.
    func closeConnections() {
        state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Lets the requests of a user not get through, from the next moment on; nil lets them through again.
    func cutOff(_ user: String, _ partition: Partition?) {
        change { state in
            state.cutOff[user] = partition
            switch partition {
            case .refused:
                for (descriptor, name) in state.users where name == user {
                    shutdown(descriptor, Int32(SHUT_RDWR))
                }
            case .silent: state.command(.silence, by: user)
            case nil: break
            }
        }
    }

    /// Changes the shared state, and tells everybody who waits for changes.
    func change<T>(_ body: (inout ServerState) throws -> sending T) rethrows -> sending T {
        let result = try state.withLock { state in
            defer {
                state.queueChanges()
                state.wakeWatches()
            }
            return try body(&state)
        }
        deliver()
        return result
    }

    func wait(until isFulfilled: @escaping @Sendable (ClusterView) -> Bool) async {
        await withCheckedContinuation { continuation in
            state.withLock {
                $0.waiters.append(ServerState.Waiter(isFulfilled: isFulfilled, continuation: continuation))
            }
            wakeWaiters()
        }
    }

    /// The present time as objects carry it.
    static func now() -> String { Date.now.formatted(.iso8601) }

    func wakeWaiters() {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.waiters.isEmpty else { return [] }
            let view = state.view
            var ready: [CheckedContinuation<Void, Never>] = []
            state.waiters.removeAll { waiter in
                guard waiter.isFulfilled(view) else { return false }
                ready.append(waiter.continuation)
                return true
            }
            return ready
        }
        for continuation in ready { continuation.resume() }
    }

    /// Hands queued changes to the observers, one after another: never two threads at once.
    private func deliver() {
        wakeWaiters()
        while true {
            let batch = state.withLock {
                state -> (changes: [ClusterChange], observers: [@Sendable (ClusterChange) -> Void])? in
                guard !state.isDelivering, !state.pending.isEmpty else { return nil }
                state.isDelivering = true
                defer { state.pending = [] }
                return (state.pending, state.observers)
            }
            guard let batch else { return }
            for change in batch.changes {
                for observer in batch.observers { observer(change) }
            }
            state.withLock { $0.isDelivering = false }
        }
    }

    private func accept(_ peer: Int32) {
        let number = state.withLock { state -> Int? in
            guard !state.isStopped, state.descriptors.count < ServerState.mostConnections else { return nil }
            state.descriptors.insert(peer)
            state.accepted += 1
            return state.accepted - 1
        }
        guard let number else {
            close(peer)
            return
        }
        wakeWaiters()
        Thread.detachNewThread { [self] in
            var connection = HTTPConnection(descriptor: peer)
            do {
                while let message = try connection.readMessage() {
                    guard try respond(to: message, on: connection, number: number), !message.isLast else { break }
                }
            } catch let refusal as HTTPConnection.Refused {
                let answer =
                    refusal.code == 413
                    ? APIAnswer(.tooLarge(limit: HTTPConnection.mostBodyBytes))
                    : APIAnswer(code: refusal.code, .text(refusal.message + "\n", type: "text/plain"))
                // The peer may have gone already.
                try? connection.write(HTTPText.bytes(of: answer, isIndented: false, isLast: true))
                if refusal.code == 413 { connection.drain() }
            } catch {
                // A peer that goes away in the middle is what many tests are about.
            }
            state.withLock { state in
                state.descriptors.remove(peer)
                state.users[peer] = nil
                close(peer)
            }
            wakeWaiters()
        }
    }
}

/// Answers as bytes.
enum HTTPText {
    static func bytes(of answer: APIAnswer, isIndented: Bool, isLast: Bool) -> [UInt8] {
        let body: [UInt8]
        let type: String
        switch answer.body {
        case .json(let value):
            body = isIndented ? indented(value) : JSONText.bytes(of: value)
            type = "application/json"
        case .text(let text, let name):
            body = Array(text.utf8)
            type = name
        case .bytes(let bytes, let name):
            body = bytes
            type = name
        }
        var lines = head(code: answer.code, type: type) + answer.headers
        lines.append("Content-Length: \(body.count)")
        if isLast { lines.append("Connection: close") }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8) + body
    }

    /// The lines of a head but for those about length and connection.
    static func head(code: Int, type: String) -> [String] {
        [
            "HTTP/1.1 \(code) \(HTTPText.phrase(code))", "Date: \(date)",
            "Audit-Id: 00000000-0000-4000-8000-000000000000",
            "Cache-Control: no-cache, private", "Content-Type: \(type)",
        ]
    }

    /// The time as answers tell it.
    private static var date: String {
        var moment = time(nil)
        var parts = tm()
        gmtime_r(&moment, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func phrase(_ code: Int) -> String {
        let phrases = [
            200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
            409: "Conflict", 410: "Gone", 413: "Request Entity Too Large", 422: "Unprocessable Entity",
            429: "Too Many Requests",
            500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout",
        ]
        return phrases[code] ?? "Status"
    }

    /// Members and items on lines of their own, as people like it.
    private static func indented(_ value: JSONValue, margin: String = "") -> [UInt8] {
        let inner = margin + "  "
        let parts: [[UInt8]]
        let (open, close): (String, String)
        switch value {
        case .object(let members) where !members.isEmpty:
            parts = members.sorted { $0.key < $1.key }.map { name, value in
                JSONText.bytes(of: .string(name)) + Array(": ".utf8) + indented(value, margin: inner)
            }
            (open, close) = ("{", "}")
        case .array(let items) where !items.isEmpty:
            parts = items.map { indented($0, margin: inner) }
            (open, close) = ("[", "]")
        default:
            return JSONText.bytes(of: value)
        }
        let lines = parts.map { Array("\n\(inner)".utf8) + $0 }.joined(separator: ",".utf8)
        return Array(open.utf8) + Array(lines) + Array("\n\(margin)\(close)".utf8)
    }
}
