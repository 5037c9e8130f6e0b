import CanaryYAML
import Glibc
import Synchronization

/// One watch being served: a chunk a line, until it ends, is ended, or the peer leaves.
struct WatchStream {
    private let core: ServerCore
    private var plan: WatchPlan
    private let responder: Responder
    /// A line number after which the stream breaks or ends.
    private var lastLine: Int?
    private var breaksThere = false
    private var isSilent = false
    private var sent = 0

    init(core: ServerCore, plan: WatchPlan, effect: Fault.Effect?, responder: Responder) {
        self.core = core
        self.plan = plan
        self.responder = responder
        switch effect {
        case .cutWatch(let lines): (lastLine, breaksThere) = (lines, true)
        case .endWatch(let lines): lastLine = lines
        case .silentWatch: isSilent = true
        case .failWatch(let status): self.plan.failure = status.status
        default: break
        }
    }

    /// Serves the watch to its end; false if the connection is to be closed.
    func serve() throws -> Bool {
        var stream = self
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        let (input, output) = (ends[0], ends[1])
        let number = core.state.withLock {
            $0.add(.init(kind: plan.kind, user: responder.user, wakeDescriptor: output))
        }
        defer {
            core.state.withLock { state in
                state.watches[number] = nil
                close(input)
                close(output)
            }
            core.wakeWaiters()
        }
        responder.note(200)
        let head = HTTPText.head(code: 200, type: "application/json") + ["Transfer-Encoding: chunked", "", ""]
        try responder.connection.write(Array(head.joined(separator: "\r\n").utf8))
        return try stream.run(number, wakenBy: input)
    }

    /// How a stream ends.
    private enum End: Error {
        case inGoodOrder
        case broken
    }

    private mutating func run(_ number: Int, wakenBy input: Int32) throws -> Bool {
        do {
            try follow(number, wakenBy: input)
        } catch End.inGoodOrder {
            try responder.connection.write(Array("0\r\n\r\n".utf8))
            return true
        } catch End.broken {
            return false
        }
    }

    private mutating func follow(_ number: Int, wakenBy input: Int32) throws -> Never {
        let begin = ContinuousClock.now
        let deadline = begin + plan.timeout
        // Shortly before the end, and once a minute.
        let before = min(Duration.seconds(2), plan.timeout / 2)
        var bookmark = min(begin + .seconds(60), deadline - before)
        if !isSilent { for line in plan.first { try send(line) } }
        if let failure = plan.failure, !isSilent { try fail(failure) }
        while true {
            for step in news(number) {
                switch step {
                case .line(let line): if !isSilent { try send(line) }
                case .command(let command): try obey(command)
                case .failure(let status): try fail(status)
                }
            }
            let now = ContinuousClock.now
            if isSilent {
                try pause(nil, input)
                continue
            }
            if now >= bookmark {
                if plan.sendsBookmarks { try send(plan.bookmark()) }
                bookmark =
                    now < deadline - before ? min(now + .seconds(60), deadline - before) : deadline + .seconds(60)
            }
            if now >= deadline { throw End.inGoodOrder }
            try pause(min(bookmark, deadline) - now, input)
        }
    }

    /// One thing to do on a stream.
    private enum Step: Sendable {
        case line(JSONValue)
        case command(ServerState.OpenWatch.Command)
        case failure(APIStatus)
    }

    /// What has happened since the last call, changes and commands in their order.
    private mutating func news(_ number: Int) -> [Step] {
        var plan = plan
        defer { self.plan = plan }
        let (steps, changed) = core.state.withLock { state in
            let commands = state.watches[number]?.commands ?? []
            state.watches[number]?.commands = []
            var changed = plan
            var steps: [Step] = []
            let ends = commands.map { ($0.revision, Step.command($0.command)) } + [(state.cluster.store.revision, nil)]
            for (revision, step) in ends {
                do throws(APIStatus) {
                    let lines = try changed.lines(from: state.cluster.store, upTo: revision)
                    steps += lines.map { .line($0) }
                } catch {
                    steps.append(.failure(error))
                }
                if let step { steps.append(step) }
            }
            if state.isStopped { steps.append(.command(.cut)) }
            return (steps, changed)
        }
        plan = changed
        return steps
    }

    private mutating func obey(_ command: ServerState.OpenWatch.Command) throws {
        switch command {
        case .bookmark: if plan.sendsBookmarks, !isSilent { try send(plan.bookmark()) }
        case .silence: isSilent = true
        case .end: throw End.inGoodOrder
        case .cut:
            try responder.connection.write(Array("1f4\r\n{\"type\":\"MODIFIED\",\"obj".utf8))
            throw End.broken
        }
    }

    private mutating func fail(_ status: APIStatus) throws -> Never {
        if !isSilent { try send(WatchPlan.error(status)) }
        throw End.inGoodOrder
    }

    private mutating func send(_ line: JSONValue) throws {
        let bytes = JSONText.bytes(of: line) + [10]
        let size = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
        if let lastLine, sent >= lastLine {
            guard breaksThere else { throw End.inGoodOrder }
            try responder.connection.write(size + bytes[..<(bytes.count / 2)])
            throw End.broken
        }
        try responder.connection.write(size + bytes + [13, 10])
        sent += 1
        if let lastLine, sent >= lastLine, !breaksThere { throw End.inGoodOrder }
    }

    private func pause(_ time: Duration?, _ input: Int32) throws {
        guard !responder.connection.peerLeaves(within: time, or: input) else { throw End.broken }
        var bytes = [UInt8](repeating: 0, count: 512)
        _ = read(input, &bytes, bytes.count)
    }
}
