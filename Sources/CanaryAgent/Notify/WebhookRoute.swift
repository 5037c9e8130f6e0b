import CanaryCore
import CanaryReport
import CanaryTransport
import Synchronization

/// The way to one webhook, and what is remembered of it.
struct WebhookRoute: Sendable {
    let occasion: NotifyTarget.Occasion
    private let url: String
    /// What it is called in messages: never by its URL.
    private let label: String
    private let template: NoticeTemplate?
    private let client: HTTPClient
    private let clock: any Clock<Duration>
    private let patience = WebhookPatience()
    private let memory: Memory
    private let warn: @Sendable (String) -> Void

    private final class Memory: Sendable {
        struct State {
            var isDown = false
            var hasWarned = false
            var hasNoted = false
        }

        let state = Mutex(State())
    }

    init(
        _ target: NotifyTarget,
        number: Int,
        client: HTTPClient,
        clock: any Clock<Duration>,
        warn: @escaping @Sendable (String) -> Void
    ) {
        occasion = target.on
        url = target.webhook
        label = "notify[\(number)]"
        self.client = client
        self.clock = clock
        self.warn = warn
        memory = Memory()
        do {
            template = try NoticeTemplates.template(of: target)
        } catch {
            // It was read when the run was prepared, so this is a file that went away since.
            template = nil
            warn("\(label) gets the plain form of its notices: \(error.headline)")
        }
    }

    func deliver(_ message: NoticeMessage) async {
        let rendering = template?.rendering(message) ?? NoticeTemplate.Rendering(body: message.plain())
        if let note = rendering.note, memory.state.withLock({ !$0.hasNoted && set(&$0.hasNoted) }) {
            warn("\(label) got the plain form of a notice: \(note)")
        }
        let wasDown = memory.state.withLock { $0.isDown }
        guard let failure = await send(rendering.body, once: wasDown, clock) else {
            memory.state.withLock { $0.isDown = false }
            return
        }
        let isFirst = memory.state.withLock { state in
            state.isDown = true
            return !state.hasWarned && set(&state.hasWarned)
        }
        if isFirst {
            warn("\(label) was not told '\(message.reason.label)': \(failure); further failures of it are not reported")
        }
    }

    /// Why nobody took it; nil if somebody did.
    private func send<C: Clock<Duration>>(_ body: [UInt8], once: Bool, _ clock: C) async -> String? {
        let start = clock.now
        var attempts = 0
        while true {
            attempts += 1
            let elapsed = start.duration(to: clock.now)
            let limit =
                once ? patience.lastAttempt : min(patience.attempt, max(patience.budget - elapsed, .milliseconds(500)))
            let answer = await attempt(body, within: limit)
            let asked: Duration?
            let words: String
            switch answer {
            case .taken:
                return nil
            case .refused(let why):
                return why
            case .busy(let why, let wanted):
                words = why
                asked = wanted
            }
            let gone = start.duration(to: clock.now)
            guard !once, let pause = patience.pause(after: attempts, elapsed: gone, asked: asked) else {
                return attempts == 1 ? words : "\(words), \(attempts) times in \(Phrase.duration(gone.inSeconds))"
            }
            // Cancelled: the process ends, and whoever is not told by now will not be.
            guard (try? await clock.sleep(for: pause)) != nil else { return "\(words); the process ended" }
        }
    }

    private enum Answer {
        case taken
        /// It will never be taken.
        case refused(String)
        /// It may be taken later; with what the receiver asked for.
        case busy(String, Duration?)
    }

    private func attempt(_ body: [UInt8], within limit: Duration) async -> Answer {
        let request = HTTPRequest(
            method: "POST",
            url: url,
            headers: [HTTPHeader(name: "Content-Type", value: "application/json")],
            body: body,
            deadline: limit,
            maximumBytes: 65_536
        )
        do {
            let response = try await client.send(request)
            let words = "it answered HTTP \(response.status)\(word(in: response.body))"
            switch response.status {
            case 200...299: return .taken
            case 408, 425, 429, 500...599:
                return .busy(words, WebhookPatience.asked(response.header("Retry-After")))
            default: return .refused(words)
            }
        } catch {
            // The message would name the path of the URL, which may be the secret.
            let words =
                error.code == .timedOut
                ? "no answer within \(Phrase.duration(limit.inSeconds))" : "no delivery (\(error.label))"
            return error.disposition == .retry ? .busy(words, nil) : .refused(words)
        }
    }

    /// A word such as Slack's `invalid_blocks`, if the answer is one and not a part of the URL.
    private func word(in body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(41), as: UTF8.self)
        let isWord = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || $0 == " ")
        }
        return !text.isEmpty && text.utf8.count <= 40 && isWord && !url.contains(text) ? " (\(text))" : ""
    }

    private func set(_ flag: inout Bool) -> Bool {
        flag = true
        return true
    }
}
