import CanaryTestKit
import Foundation
import FoundationNetworking
import Synchronization

/// Stands in front of a pod's page: passes it on, until it is told to misbehave.
final class PodFront: Sendable {
    /// What it does instead of answering.
    enum Mischief: String, Sendable, CaseIterable {
        case refuses
        case stalls
        case failsWith500
        case answersHTML
        case neverEnds
        case answersHalf
        case sendsBomb
    }

    private let server: HostileServer
    private let mischief = Mutex<Mischief?>(nil)

    /// - Parameter bomb: a gzip body that is far too large when it is unpacked.
    init(of page: String, bomb: [UInt8] = []) throws {
        guard let url = URL(string: page) else { throw ChildProcess.Failure(description: "not a URL: \(page)") }
        let box = WeakFront()
        server = try HostileServer { _ in
            guard let front = box.front, let mischief = front.mischief.withLock({ $0 }) else {
                guard let body = try? Data(contentsOf: url) else { return [.reset] }
                return [.send(HostileServer.answer(body: body))]
            }
            return Self.steps(mischief, bomb)
        }
        box.set(self)
    }

    var address: String { "127.0.0.1:\(server.port)" }

    var url: String { server.url("/stats/prometheus") }

    /// Misbehaves from now on.
    func start(_ what: Mischief) {
        mischief.withLock { $0 = what }
        if what == .refuses { server.stop() }
    }

    /// Passes the page on again; one that refuses stays gone.
    func behave() {
        mischief.withLock { $0 = nil }
    }

    private static func steps(_ mischief: Mischief, _ bomb: [UInt8]) -> [HostileServer.Step] {
        switch mischief {
        case .refuses: [.reset]
        case .stalls: [.stall]
        case .failsWith500: [.send(HostileServer.answer(status: 500, body: "upstream connect error"))]
        case .answersHTML: [.send(HostileServer.answer(body: "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"))]
        case .neverEnds:
            [
                .send(Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".utf8)),
                .sendForever(
                    Array(String(repeating: "# nothing of interest\n", count: 500).utf8),
                    pause: .milliseconds(1)
                ),
            ]
        case .answersHalf:
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nup 1\n".utf8)), .close]
        case .sendsBomb: [.send(HostileServer.answer(headers: ["Content-Encoding: gzip"], body: bomb))]
        }
    }

    /// The server's closure must not keep the front alive, and exists before it.
    private final class WeakFront: Sendable {
        private struct Reference: Sendable { weak var front: PodFront? }

        private let reference = Mutex(Reference())

        var front: PodFront? { reference.withLock { $0.front } }

        func set(_ front: PodFront) { reference.withLock { $0.front = front } }
    }
}
