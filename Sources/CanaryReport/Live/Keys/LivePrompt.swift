package import CanaryCore

/// What the keys of a live view do: keys in, an intent out. Nothing is read, drawn or commanded here.
///
/// A command that changes weights is never one key away: its question wants a reason, or `y`, and Enter.
package struct LivePrompt: Sendable {
    /// What a view belongs to: the process that runs the rollout, or a watch of another one.
    package enum Place: Sendable, Hashable {
        case run
        /// As `run`, without anything that could go on with it.
        case demo
        case watch
    }

    /// What is to be done about a key.
    package enum Intent: Sendable, Hashable {
        case command(Rollout.OperatorCommand.Verb, reason: String)
        /// End the process (a run keeps its weights), or the watch.
        case leave
    }

    package enum Mode: Sendable, Hashable {
        case watching
        /// A question before a command, with the reason typed so far.
        case asking(Rollout.OperatorCommand.Verb, reason: String)
        /// `q` was pressed at a run.
        case leaving
        /// Something long is being read.
        case reading(Topic)

        /// Whether an answer would command something.
        package var isQuestion: Bool {
            switch self {
            case .asking, .leaving: true
            case .watching, .reading: false
            }
        }
    }

    package enum Topic: Sendable, Hashable {
        case explanation
        case keys
    }

    /// What came of the last command.
    package struct Answer: Sendable, Hashable {
        package enum Result: Sendable, Hashable {
            case sent
            case accepted
            case refused
        }

        package var result: Result
        package var text: String

        package init(_ result: Result, _ text: String) {
            self.result = result
            self.text = text
        }
    }

    /// The reason that is journalled where none was typed.
    package static let plainReason = "from the live view"
    /// The longest reason, in scalars.
    package static let mostReason = 200

    package let place: Place
    package private(set) var mode = Mode.watching
    package private(set) var answer: Answer?
    /// The first line shown of what is being read.
    package internal(set) var offset = 0
    /// The lines of a page of it, as of the last frame.
    var page = 10

    package init(place: Place) {
        self.place = place
    }

    /// Whether a question was put or changed by the burst of keys under way.
    private var isQuestionFresh = false

    /// Takes the keys of a burst: of one read, or of more that came faster than anybody types.
    ///
    /// A question is not answered by the burst that put it or typed its reason: what is pasted, or typed ahead for another program,
    /// confirms nothing.
    ///
    /// - Parameter isSameBurst: whether these keys go on with the burst before.
    package mutating func press(_ keys: [Key], isSameBurst: Bool, isPaused: Bool) -> [Intent] {
        if !isSameBurst { isQuestionFresh = false }
        var intents: [Intent] = []
        for key in keys {
            guard !isQuestionFresh || !confirms(key) else {
                answer = Answer(.refused, "that came at once with other keys, as from a paste: press it again to do it")
                break
            }
            if let intent = press(key, isPaused: isPaused) { intents.append(intent) }
            isQuestionFresh = mode.isQuestion
        }
        return intents
    }

    /// Whether a key would answer the question that is put.
    private func confirms(_ key: Key) -> Bool {
        switch mode {
        case .asking: key == .enter
        case .leaving: key == .character("k") || key == .character("r")
        case .watching, .reading: false
        }
    }

    /// Takes a key that was typed alone; `isPaused` tells whether the run is.
    package mutating func press(_ key: Key, isPaused: Bool) -> Intent? {
        // An answer that was read goes with the next key; one that is still to come stays.
        if answer?.result != .sent { answer = nil }
        switch mode {
        case .watching: return command(key, isPaused: isPaused)
        case .asking(let verb, let reason): return ask(key, verb, reason)
        case .leaving: return leave(key)
        case .reading:
            read(key)
            return nil
        }
    }

    /// Shows what came of a command.
    package mutating func answered(_ answer: Answer) { self.answer = answer }

    private mutating func command(_ key: Key, isPaused: Bool) -> Intent? {
        switch key {
        case .character("p"), .character(" "):
            return .command(isPaused ? .resume : .pause, reason: Self.plainReason)
        case .character("r"): mode = .asking(.rollback, reason: "")
        case .character("P"): mode = .asking(.promote, reason: "")
        case .character("e"): open(.explanation)
        case .character("?"), .character("h"): open(.keys)
        case .character("q"):
            if place == .watch { return .leave }
            mode = .leaving
        default: break
        }
        return nil
    }

    private mutating func open(_ topic: Topic) {
        offset = 0
        mode = .reading(topic)
    }

    private mutating func ask(_ key: Key, _ verb: Rollout.OperatorCommand.Verb, _ reason: String) -> Intent? {
        switch key {
        case .escape:
            mode = .watching
        case .enter:
            let words = Self.line(reason)
            // Enter alone may be a slip.
            guard !words.isEmpty else { return nil }
            mode = .watching
            switch words.lowercased() {
            case "y", "yes": return .command(verb, reason: Self.plainReason)
            case "n", "no": return nil
            default: return .command(verb, reason: words)
            }
        case .character(let character):
            mode = .asking(verb, reason: Self.bounded(reason + String(character)))
        case .paste(let text):
            mode = .asking(verb, reason: Self.bounded(reason + Self.line(text)))
        case .backspace:
            mode = .asking(verb, reason: String(reason.dropLast()))
        case .erase:
            mode = .asking(verb, reason: "")
        case .up, .down, .pageUp, .pageDown, .home, .end:
            break
        }
        return nil
    }

    private mutating func leave(_ key: Key) -> Intent? {
        switch key {
        case .character("k"):
            mode = .watching
            return .leave
        case .character("r"):
            mode = .watching
            return .command(.rollback, reason: "before leaving the live view")
        case .escape, .character("s"), .character("n"):
            mode = .watching
        default: break
        }
        return nil
    }

    private mutating func read(_ key: Key) {
        switch key {
        case .escape, .enter, .character("q"), .character("e"), .character("h"), .character("?"): mode = .watching
        case .down, .character("j"): move(by: 1)
        case .up, .character("k"): move(by: -1)
        case .pageDown, .character(" "), .character("f"): move(by: max(page - 1, 1))
        case .pageUp, .character("b"): move(by: -max(page - 1, 1))
        case .home, .character("g"): offset = 0
        // The frame knows where the end is.
        case .end, .character("G"): offset = 1_000_000
        case .character, .backspace, .erase, .paste: break
        }
    }

    private mutating func move(by lines: Int) { offset = max(min(offset, 1_000_000) + lines, 0) }

    /// By scalars: a character may have any number of marks.
    private static func bounded(_ text: String) -> String { String(text.unicodeScalars.prefix(mostReason)) }

    /// In one line, without what could steer a terminal, and without blanks at its ends.
    private static func line(_ text: String) -> String {
        TextCells.harmless(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }
}
