import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTestKit
import CanaryTransport
import Foundation
import Synchronization
import Testing

@Suite struct WebhookNotifierTests {
    /// A notifier with one webhook, and what it says about it.
    private struct Rig {
        let client = HTTPClient()
        let clock = ImpatientClock()
        let warnings = Warnings()
        let notifier: WebhookNotifier

        init(_ targets: [NotifyTarget]) throws {
            let warnings = warnings
            let made = WebhookNotifier(targets, client: client, clock: clock) { warnings.add($0) }
            notifier = try #require(made)
        }

        func deliver(_ urgency: Notice.Urgency = .page, outcome: Outcome? = nil) async {
            await notifier.deliver(WebhookNotifierTests.message(urgency, outcome: outcome))
        }
    }

    private final class Warnings: Sendable {
        private let sentences = Mutex<[String]>([])

        var all: [String] { sentences.withLock { $0 } }

        func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    }

    private static func message(_ urgency: Notice.Urgency = .page, outcome: Outcome? = nil) -> NoticeMessage {
        NoticeMessage(
            namespace: "test1",
            name: "demo4",
            run: "run-1",
            urgency: urgency,
            reason: Reason("rolling-back", "rolling back: \"errors\"\n🧨"),
            outcome: outcome,
            weights: RouteWeights(stable: 100, canary: 0),
            stableName: "v1",
            canaryName: "v2",
            at: Timestamp(milliseconds: 1_800_000_000_000),
            startedAt: Timestamp(milliseconds: 1_800_000_000_000)
        )
    }

    private static let ok: [HostileServer.Step] = [.send(HostileServer.answer(body: "ok"))]

    @Test("posts each form as JSON", .timeLimit(.minutes(1)), arguments: NoticeTemplate.builtIn)
    func forms(template: String) async throws {
        let server = try HostileServer(steps: Self.ok)
        let rig = try Rig([NotifyTarget(webhook: server.url("/hook"), template: template)])

        await rig.deliver()

        let request = try #require(server.log.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/hook")
        #expect(request.header("Content-Type") == "application/json")
        let value = try JSONSerialization.jsonObject(with: Data(request.body))
        #expect(template == "alertmanager" ? value is [Any] : value is [String: Any])
        #expect(rig.warnings.all.isEmpty)
        await rig.client.shutdown()
    }

    @Test("tries again while the receiver is busy, and waits as long as it asks", .timeLimit(.minutes(1)))
    func busy() async throws {
        let attempts = Mutex(0)
        let server = try HostileServer { _ in
            let number = attempts.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return [.send(HostileServer.answer(status: 503, body: "no"))]
            case 2: return [.send(HostileServer.answer(status: 429, headers: ["Retry-After: 2"], body: ""))]
            default: return Self.ok
            }
        }
        let rig = try Rig([NotifyTarget(webhook: server.url())])

        await rig.deliver()

        #expect(server.log.requests.count == 3)
        #expect(rig.clock.sleeps == [.milliseconds(500), .seconds(2)])
        #expect(rig.warnings.all.isEmpty)
        await rig.client.shutdown()
    }

    @Test("gives up after four attempts, says so once, and never shows the URL", .timeLimit(.minutes(1)))
    func givesUp() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(status: 500, body: "T0SECRET"))])
        let rig = try Rig([NotifyTarget(webhook: server.url("/services/T0SECRET"), template: "slack")])

        await rig.deliver()
        await rig.deliver()
        await rig.deliver(outcome: .promoted(Reason("done", "done")))

        // The second and the third notice get one attempt each.
        #expect(server.log.requests.count == 6)
        #expect(
            rig.warnings.all == [
                "notify[0] was not told 'rolling-back': it answered HTTP 500, 4 times in 3.5 s;"
                    + " further failures of it are not reported"
            ]
        )
        await rig.client.shutdown()
    }

    @Test("a receiver that asks for too much patience is left alone", .timeLimit(.minutes(1)))
    func tooLong() async throws {
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(status: 429, headers: ["Retry-After: 3600"], body: "rate_limited"))]
        )
        let rig = try Rig([NotifyTarget(webhook: server.url())])

        await rig.deliver()

        #expect(server.log.requests.count == 1)
        #expect(rig.warnings.all.first?.contains("HTTP 429 (rate_limited);") == true, "\(rig.warnings.all)")
        await rig.client.shutdown()
    }

    @Test("a refusal is not tried again", .timeLimit(.minutes(1)), arguments: [301, 400, 401, 404, 410])
    func refusals(status: Int) async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(status: status, body: "invalid_blocks"))])
        let rig = try Rig([NotifyTarget(webhook: server.url("/secret"))])

        await rig.deliver()

        #expect(server.log.requests.count == 1)
        #expect(rig.warnings.all.first?.contains("HTTP \(status) (invalid_blocks)") == true, "\(rig.warnings.all)")
        #expect(rig.warnings.all.allSatisfy { !$0.contains("secret") && !$0.contains("127.0.0.1") })
        await rig.client.shutdown()
    }

    @Test("nobody there, an answer that is no HTTP, and a connection that breaks are survived", .timeLimit(.minutes(1)))
    func nobody() async throws {
        let port = try RefusingPort()
        let noise = try HostileServer(steps: [.send(Array("hello\n".utf8)), .close])
        let broken = try HostileServer(steps: [.reset])
        let rig = try Rig(
            [port.url("/x"), noise.url("/x"), broken.url("/x"), "http://"].map { NotifyTarget(webhook: $0) }
        )

        await rig.deliver()

        #expect(rig.warnings.all.count == 4, "\(rig.warnings.all)")
        #expect(rig.warnings.all.allSatisfy { !$0.contains("127.0.0.1") })
        await rig.client.shutdown()
    }

    @Test("a receiver that says nothing costs seconds and nobody else", .timeLimit(.minutes(2)))
    func silence() async throws {
        let silent = try HostileServer(steps: [.stall])
        let healthy = try HostileServer(steps: Self.ok)
        let client = HTTPClient()
        let targets = [silent, healthy].map { NotifyTarget(webhook: $0.url()) }
        let made = WebhookNotifier(targets, client: client) { _ in }
        let notifier = try #require(made)

        let started = ContinuousClock.now
        await notifier.deliver(Self.message())
        let first = ContinuousClock.now - started
        await notifier.deliver(Self.message())
        let second = ContinuousClock.now - started - first

        #expect(first < .seconds(14))
        #expect(second < .seconds(5))
        #expect(healthy.log.requests.count == 2)
        await client.shutdown()
    }

    @Test("each webhook hears what it asked for", .timeLimit(.minutes(1)))
    func occasions() async throws {
        let server = try HostileServer(steps: Self.ok)
        let targets = NotifyTarget.Occasion.allCases.map { occasion in
            NotifyTarget(webhook: server.url("/\(occasion.rawValue)"), on: occasion)
        }
        let rig = try Rig(targets)

        await rig.deliver(.info)
        #expect(server.log.requests.map(\.target) == ["/all"])
        await rig.deliver(.warning)
        #expect(server.log.requests.map(\.target).sorted() == ["/all", "/all", "/problems"])
        await rig.deliver(.info, outcome: .promoted(Reason("done", "done")))
        #expect(
            server.log.requests.map(\.target).sorted() == ["/all", "/all", "/all", "/end", "/problems", "/problems"]
        )
        await rig.client.shutdown()
    }

    @Test("a template that went away since the start leaves the plain form, and that is said", .timeLimit(.minutes(1)))
    func vanished() async throws {
        let server = try HostileServer(steps: Self.ok)
        let rig = try Rig([NotifyTarget(webhook: server.url(), template: "/nowhere/x.mustache")])

        await rig.deliver()

        let body = try #require(server.log.requests.first?.body)
        #expect(String(decoding: body, as: UTF8.self).contains("haldane.notice/1"))
        #expect(rig.warnings.all.count == 1)
        #expect(rig.warnings.all.first?.contains("there is no such file") == true)
        await rig.client.shutdown()
    }
}
