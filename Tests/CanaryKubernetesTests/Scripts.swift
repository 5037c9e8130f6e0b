import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Synchronization

/// Answers as the real server gives them, for a `HostileServer`.
enum Scripts {
    static func json(_ value: JSONValue, status: Int = 200, headers: [String] = []) -> HostileServer.Step {
        .send(
            HostileServer.answer(
                status: status,
                headers: ["Content-Type: application/json"] + headers,
                body: JSONText.bytes(of: value)
            )
        )
    }

    static func status(
        _ code: Int,
        _ reason: String,
        _ message: String = "no",
        details: JSONValue = [:],
        metadata: JSONValue = [:],
        headers: [String] = []
    ) -> HostileServer.Step {
        json(statusObject(code, reason, message, details: details, metadata: metadata), status: code, headers: headers)
    }

    static func statusObject(
        _ code: Int,
        _ reason: String,
        _ message: String = "no",
        details: JSONValue = [:],
        metadata: JSONValue = [:]
    ) -> JSONValue {
        [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
            "message": .string(message), "code": .integer(Int64(code)), "details": details, "metadata": metadata,
        ]
    }

    static func pod(_ name: String, version: Int, uid: String? = nil) -> JSONValue {
        [
            "metadata": [
                "name": .string(name), "namespace": "test1", "uid": .string(uid ?? "uid-\(name)"),
                "resourceVersion": .string("\(version)"),
            ]
        ]
    }

    static func list(_ items: [JSONValue], version: Int, next: String = "") -> JSONValue {
        [
            "kind": "PodList", "apiVersion": "v1",
            "metadata": ["resourceVersion": .string("\(version)"), "continue": .string(next)],
            "items": .array(items),
        ]
    }

    /// The head of a watch.
    static let watch = HostileServer.Step.send(
        Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    )

    static let end = HostileServer.Step.send(Array("0\r\n\r\n".utf8))

    static func event(_ type: String, _ object: JSONValue) -> HostileServer.Step {
        let line = JSONText.bytes(of: ["type": .string(type), "object": object]) + [0x0A]
        return .send(Array("\(String(line.count, radix: 16))\r\n".utf8) + line + Array("\r\n".utf8))
    }

    static func bookmark(_ version: Int) -> HostileServer.Step {
        event("BOOKMARK", ["kind": "Pod", "metadata": ["resourceVersion": .string("\(version)")]])
    }
}

/// The waits that a client made, which pass at once.
final class Waits: Sendable {
    private let list = Mutex<[Duration]>([])

    var all: [Duration] { list.withLock { $0 } }

    func pass(_ duration: Duration) async throws {
        list.withLock { $0.append(duration) }
        try Task.checkCancellation()
        await Task.yield()
    }
}

extension KubernetesClient.Limits {
    /// For a machine that is busy with other things.
    static let patient = KubernetesClient.Limits(deadline: .seconds(40), patience: .seconds(40))
}

extension KubernetesClient {
    /// A client of a test server, whose waits pass at once.
    init(_ server: HostileServer, waits: Waits = Waits(), limits: Limits = .patient) {
        self.init(
            connection: ClusterConnection(server: server.url(""), namespace: "test1"),
            http: HTTPClient(),
            limits: limits,
            wait: { try await waits.pass($0) }
        )
    }
}

/// A folder that goes with the value.
final class Scratch: Sendable {
    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "kube-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path(percentEncoded: false)
    }

    deinit {
        // What is left of it lies in the temporary folder.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String, isExecutable: Bool = false) throws -> String {
        let path = "\(folder)/\(name)"
        let parent = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        // Replaced in one step, as a mounted secret is.
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        if isExecutable { try makeExecutable(path) }
        return path
    }

    /// Has another program write the file anew: as long as any child of this process holds it open for writing, it cannot be run.
    private func makeExecutable(_ path: String) throws {
        let source = path + ".source"
        try FileManager.default.moveItem(atPath: path, toPath: source)
        let install = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: ["install", "-m", "755", source, path]
        )
        install.waitUntilExit()
        try FileManager.default.removeItem(atPath: source)
    }

    func text(_ name: String) -> String {
        (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
    }
}
