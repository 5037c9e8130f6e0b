import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryTransport
import Foundation
import Testing

@Suite("Control channel", .serialized, .timeLimit(.minutes(1)))
struct ControlChannelTests {
    /// The answer to one request on its own connection.
    private static func exchange(_ rig: ControlRig, _ text: String) async throws -> String {
        let socket = try RawSocket(rig.folder + "/control.sock")
        await socket.send(text)
        return await socket.readAll()
    }

    private static func post(_ body: String, fields: String? = nil) -> String {
        let fields = fields ?? "Content-Length: \(body.utf8.count)\r\n"
        return "POST /v1/command HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
    }

    @Test("shows the run as it is, to several clients at once, for its owner only")
    func status() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve {
            #expect(RawSocket.mode(of: rig.folder + "/control.sock") == 0o600)
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        guard case .answer(let bytes) = await rig.client.status() else { return "no answer" }
                        return String(decoding: bytes, as: UTF8.self)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: "watching run-1", count: 8))
            _ = try await rig.ask(.promote)
            #expect(
                try await Self.exchange(rig, "GET /v1/status HTTP/1.1\r\n\r\n").hasSuffix("\r\n\r\nanalyzing run-1")
            )
        }

        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.folder).isEmpty)
        #expect(throws: RawSocket.Refused.self) { try RawSocket(rig.folder + "/control.sock") }
    }

    static let bad: [(text: String, status: Int)] = [
        ("hello\r\n\r\n", 400),
        ("\u{0}\u{1}\u{2}\n\n", 400),
        ("GET /v1/status HTTP/2\r\n\r\n", 400),
        ("GET /v1/status HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("GET /v1/nothing HTTP/1.1\r\n\r\n", 404),
        ("DELETE /v1/status HTTP/1.1\r\n\r\n", 405),
        ("GET /v1/command HTTP/1.1\r\n\r\n", 405),
        (post("{}"), 400),
        (post("[1"), 400),
        (post(#"{"verb":"explode","reason":"x"}"#), 400),
        (post(#"{"verb":"pause"}"#), 400),
        (post(#"{"verb":"pause","reason":" \n\t "}"#), 400),
        (post("{}", fields: "Content-Length: -1\r\n"), 400),
        (post("{}", fields: "Content-Length: 2\r\nContent-Length: 3\r\n"), 400),
        (post("{}", fields: "Content-Length: 99999999999999999999\r\n"), 400),
        (post("{}", fields: "Content-Length: 20000\r\n"), 413),
        (post("{}", fields: "Transfer-Encoding: chunked\r\n"), 411),
        ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n\r\n", 431),
        (post(String(repeating: "x", count: 300_000)), 413),
    ]

    @Test("answers what it does not understand, and the run does not notice")
    func garbage() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve {
            for (text, status) in Self.bad {
                let answer = try await Self.exchange(rig, text)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(text.prefix(60)): \(answer.prefix(80))")
                #expect(answer.contains(#""schema":"haldane.error/1""#))
            }
            #expect(try await rig.ask(.pause).result == .accepted)
        }

        #expect(await rig.journal.durable.commands.map(\.verb) == [.pause])
    }

    @Test("an endless line is refused at its bound")
    func flood() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve {
            let answer = try await Self.exchange(rig, String(repeating: "x", count: 900_000))
            #expect(answer.hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test("a reason is one line of bounded length, without what steers a terminal")
    func reasons() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve {
            let reason = "a\u{1B}[2J\r\n  b" + String(repeating: "c", count: 5000)
            _ = try await rig.ask(.pause, reason)
        }

        let reason = try #require(await rig.journal.durable.commands.first?.reason)
        #expect(reason.hasPrefix("a [2J bc"))
        #expect(reason.count == 1000)
        #expect(reason.hasSuffix("…"))
    }

    @Test("slow and silent clients are dropped after a while, and nobody waits for them")
    func slow() async throws {
        let rig = try ControlRig()
        var limits = ControlChannel.Limits()
        limits.reading = .milliseconds(300)

        _ = try await rig.serve(limits: limits) {
            let slow = try RawSocket(rig.folder + "/control.sock")
            await slow.send("GET /v1/sta")
            #expect(try await rig.ask(.pause).result == .accepted)
            #expect(await slow.readAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("more connections than it takes are sent away, until the others are done")
    func crowd() async throws {
        let rig = try ControlRig()
        var limits = ControlChannel.Limits()
        limits.connections = 1
        limits.reading = .milliseconds(500)

        _ = try await rig.serve(limits: limits) {
            let first = try RawSocket(rig.folder + "/control.sock")
            await first.send("G")
            let second = try RawSocket(rig.folder + "/control.sock")
            #expect(await second.readAll().hasPrefix("HTTP/1.1 503 "))
            #expect(await first.readAll().hasPrefix("HTTP/1.1 408 "))
            // The count goes down just after the connection ends.
            var last = "HTTP/1.1 503 "
            for _ in 0..<1000 where last.hasPrefix("HTTP/1.1 503 ") {
                last = try await Self.exchange(rig, "GET /v1/status HTTP/1.1\r\n\r\n")
            }
            #expect(last.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("a client that stays silent does not hold up the end of the run")
    func silentAtTheEnd() async throws {
        let rig = try ControlRig()
        let start = ContinuousClock.now

        _ = try await rig.serve {
            let silent = try RawSocket(rig.folder + "/control.sock")
            await silent.send("G")
            #expect(try await rig.ask(.pause).result == .accepted)
            rig.inbox.send(.interrupt("over"))
            let answer = await silent.readAll()
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
        }

        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("a socket that a killed run has left is nobody, and is replaced by the next run")
    func stale() async throws {
        let rig = try ControlRig()
        #expect(RawSocket.leaveStale(at: rig.folder + "/control.sock"))
        let http = HTTPClient()
        let client = ControlClient(folder: RunFolder(path: rig.folder), http: http)
        guard case .nobody = await client.status() else {
            Issue.record("somebody answered")
            return
        }
        await http.shutdown()

        _ = try await rig.serve {
            let answer = try await rig.ask(.pause)
            #expect(answer.result == .accepted)
        }
    }

    @Test("where the folder's path is too long for a socket, it is in a private folder, which goes with the run")
    func longPath() async throws {
        let rig = try ControlRig(folder: String(repeating: "d", count: 100) + "/journal")
        let pointer = rig.folder + "/control.path"

        _ = try await rig.serve {
            let path = try String(contentsOfFile: pointer, encoding: .utf8).split(separator: "\n").joined()
            #expect(path.utf8.count < 104)
            #expect(RawSocket.mode(of: path) == 0o600)
            #expect(RawSocket.mode(of: URL(filePath: path).deletingLastPathComponent().path) == 0o700)
            #expect(try await rig.ask(.pause).result == .accepted)
        }

        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.folder).isEmpty)
    }

    @Test("a pointer to somebody else's files removes nothing")
    func foreignPointer() async throws {
        let rig = try ControlRig()
        let precious = rig.scratch.path + "/precious/control.sock"
        try FileManager.default.createDirectory(
            atPath: rig.scratch.path + "/precious",
            withIntermediateDirectories: true
        )
        try rig.scratch.store("keep".utf8, at: precious)
        try rig.scratch.store("\(precious)\n".utf8, at: rig.folder + "/control.path")

        _ = try await rig.serve {
            let answer = try await rig.ask(.pause)
            #expect(answer.result == .accepted)
        }

        #expect(try rig.scratch.load(precious) == Array("keep".utf8))
    }

    @Test("a run whose socket cannot be opened goes on, and says that it cannot be reached")
    func noSocket() async throws {
        let rig = try ControlRig()
        try FileManager.default.removeItem(atPath: rig.folder)

        let end = try await rig.serve {
            #expect(rig.warnings.all.count == 1)
            #expect(rig.warnings.all.first?.contains("operators cannot reach this run") == true)
        }

        #expect(end.interruption != nil)
    }
}
