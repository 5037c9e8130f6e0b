import CanaryCore
import CanaryReport
import Glibc

/// What the thread of a live view does: waits for news, keys and signals, and draws.
struct LiveLoop: ~Copyable {
    private let source: LiveScreen
    private let destination: KeyDestination
    private let style = Console.talk.style
    private let signals: WakePipe?
    private var terminal = RawTerminal(screen: Console.talk.descriptor)
    private var painter = ScreenPainter(Console.talk)
    private var decoder = KeyDecoder()
    private var prompt: LivePrompt
    private var pending: (answer: PendingAnswer, command: Rollout.OperatorCommand, since: ContinuousClock.Instant)?
    private var drawnAt: ContinuousClock.Instant?
    private var typedAt: ContinuousClock.Instant?
    private var wantsFrame = true
    private var isForeground = false

    init(_ source: LiveScreen, _ destination: KeyDestination) {
        self.source = source
        self.destination = destination
        signals = WakePipe()
        prompt = LivePrompt(place: destination.place)
    }

    /// Until the screen is ended.
    consuming func run() {
        while !source.isEnding {
            openOrStandBack()
            drawIfDue()
            wait()
            takeSignals()
            takeKeys()
            takeAnswer()
        }
        let (view, _, _, _) = source.take()
        close(leaving: view.remains(width: Console.talk.size.columns, style: style))
    }

    /// Takes the terminal when this process is in its foreground, and leaves it alone otherwise.
    private mutating func openOrStandBack() {
        isForeground = terminal.isForeground
        guard isForeground, !terminal.isOpen else { return }
        if let signals { TerminalSignals.begin(signals) }
        terminal.enter()
        painter.reopen()
        wantsFrame = true
    }

    private mutating func close(leaving lines: [String]) {
        // From the background the modes are the shell's, or another program's.
        if terminal.isForeground { terminal.leave() }
        painter.leave(behind: lines)
        TerminalSignals.end()
    }

    private mutating func drawIfDue() {
        guard isForeground else { return }
        let now = ContinuousClock.now
        if let drawnAt {
            let age = drawnAt.duration(to: now)
            guard age >= Self.pause, wantsFrame || age >= Self.tick else { return }
        }
        let (view, moment, _, _) = source.take()
        guard view.hasBegun else { return }
        let size = Console.talk.size
        let frame = prompt.screen(
            view,
            width: size.columns,
            height: size.rows,
            style: style,
            moment: moment,
            hasKeys: terminal.hasKeys
        )
        painter.draw(frame, columns: size.columns, rows: size.rows)
        drawnAt = now
        wantsFrame = false
    }

    /// Waits for anything to do, or until the next frame is due.
    private mutating func wait() {
        var left = Self.tick
        if let drawnAt, isForeground {
            left = (wantsFrame ? Self.pause : Self.tick) - drawnAt.duration(to: .now)
        }
        if pending != nil { left = min(left, .milliseconds(30)) }
        if decoder.isWaiting { left = min(left, Self.escapeTime) }
        let milliseconds = Int32(clamping: max(left.wholeMilliseconds, 0) + 1)
        var descriptors = [source.pipe.reading]
        if let signals { descriptors.append(signals.reading) }
        if terminal.hasKeys, terminal.isOpen, isForeground { descriptors.append(terminal.keys) }
        let ready = WakePipe.wait(for: descriptors, milliseconds: milliseconds)
        if ready.contains(source.pipe.reading) {
            _ = source.pipe.take()
            wantsFrame = true
        }
        if decoder.isWaiting, !ready.contains(terminal.keys) { press(decoder.settle()) }
    }

    private mutating func takeSignals() {
        for number in signals?.take() ?? [] {
            switch Int32(number) {
            case SIGTSTP: stop()
            case SIGCONT:
                // Whoever had the terminal meanwhile has left it in some other way.
                terminal.renew()
                painter.reopen()
                wantsFrame = true
            default: wantsFrame = true
            }
        }
    }

    /// Ctrl-Z: the whole process stands still, and with it the rollout. That is said, because nobody expects it.
    private mutating func stop() {
        terminal.leave()
        painter.leave(behind: [
            "stopped: the rollout stands still, and a regression is not rolled back, until `fg` or `bg`"
        ])
        TerminalSignals.stopHere()
        wantsFrame = true
    }

    private mutating func takeKeys() {
        guard terminal.hasKeys, terminal.isOpen, isForeground else { return }
        let bytes = terminal.read()
        guard !bytes.isEmpty else { return }
        let now = ContinuousClock.now
        let isSameBurst = typedAt.map { $0.duration(to: now) < Self.burstPause } ?? false
        typedAt = now
        press(decoder.feed(bytes), isSameBurst: isSameBurst)
    }

    private mutating func press(_ keys: [Key], isSameBurst: Bool = true) {
        if !keys.isEmpty { wantsFrame = true }
        for intent in prompt.press(keys, isSameBurst: isSameBurst, isPaused: source.isPaused) {
            switch intent {
            case .command(let verb, let reason):
                let command = Rollout.OperatorCommand(verb, reason: reason, by: Operator.name)
                pending = (destination.send(command), command, .now)
                prompt.answered(LivePrompt.Answer(.sent, "\(verb.rawValue) sent"))
            case .leave:
                destination.leave()
                prompt.answered(LivePrompt.Answer(.sent, "leaving"))
            }
        }
    }

    private mutating func takeAnswer() {
        guard let (answer, command, since) = pending else { return }
        if let answer = answer.answer {
            prompt.answered(answer)
            pending = nil
            wantsFrame = true
        } else if since.duration(to: .now) > .seconds(3) {
            let words = "\(command.verb.rawValue) is taken up as soon as the round or the write under way has ended"
            if prompt.answer?.text != words {
                prompt.answered(LivePrompt.Answer(.sent, words))
                wantsFrame = true
            }
        }
    }

    /// At most five frames a second.
    private static let pause = Duration.milliseconds(200)
    /// Times move without news.
    private static let tick = Duration.seconds(1)
    /// What comes faster than this after something else has not been typed by hand.
    private static let burstPause = Duration.milliseconds(30)
    /// What follows an escape byte within this time belongs to it.
    private static let escapeTime = Duration.milliseconds(50)
}
