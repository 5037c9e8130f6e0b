import CanaryCore
import CanaryTelemetry
import CanaryTransport

extension PrometheusClient {
    /// Asks until there is an answer or the time is up.
    func exchange(
        _ request: PrometheusRequest,
        before end: ContinuousClock.Instant,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) -> PrometheusSummary {
        var pause = Duration.milliseconds(500)
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { throw late(request) }
            switch try await ask(request, within: left, body) {
            case .answer(let summary): return summary
            case .again(let wait, let error):
                // A server that wants to be asked again at once is not hammered.
                let wait = max(wait ?? pause, .milliseconds(500))
                guard ContinuousClock.now + wait < end else { throw error }
                do {
                    try await Task.sleep(for: wait)
                } catch {
                    throw cancelled(request)
                }
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    private enum Outcome {
        case answer(PrometheusSummary)
        /// The server wants to be asked later.
        case again(after: Duration?, SourceError)
    }

    private func ask(
        _ request: PrometheusRequest,
        within patience: Duration,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) -> Outcome {
        let message = try request.http(deadline: patience)
        let stream: HTTPStream
        let end = ContinuousClock.now + patience
        do throws(TransportError) {
            stream = try await http.stream(message, idle: patience)
        } catch {
            var failure = failure(error, request)
            // Without a head it does not matter how the connection ended.
            if failure.code == .badAnswer { failure.code = .unreachable }
            throw failure
        }
        // A stream has a limit on silence only: this ends one that drips. It is awaited by the group.
        let result = await withTaskGroup(of: Void.self) { group -> Result<Outcome, SourceError> in
            group.addTask {
                // Cancelled when the answer is there.
                guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
                stream.cancel()
            }
            defer { group.cancelAll() }
            do throws(SourceError) {
                return .success(try await read(stream, request, end, body))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func read(
        _ stream: HTTPStream,
        _ request: PrometheusRequest,
        _ end: ContinuousClock.Instant,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) -> Outcome {
        guard stream.isSuccess else { return try refusal(stream, await beginning(of: stream, request, end), request) }
        var decoder = PrometheusDecoder(limits: limits)
        var first: [UInt8] = []
        while let piece = try await next(of: stream, request, end) {
            if first.count < 512 { first += piece.prefix(512 - first.count) }
            do throws(PrometheusDecodeError) {
                try decoder.feed(piece, body)
            } catch {
                stream.cancel()
                throw unreadable(error, first, stream, request)
            }
        }
        let summary: PrometheusSummary
        do throws(PrometheusDecodeError) {
            summary = try decoder.finish(body)
        } catch {
            throw unreadable(error, first, stream, request)
        }
        guard summary.isSuccess else { throw refused(stream.status, summary, "", nil, request) }
        return .answer(summary)
    }

    private func next(
        of stream: HTTPStream,
        _ request: PrometheusRequest,
        _ end: ContinuousClock.Instant
    ) async throws(SourceError) -> [UInt8]? {
        do throws(TransportError) {
            return try await stream.next()
        } catch {
            if error.code == .cancelled, ContinuousClock.now >= end { throw late(request) }
            throw failure(error, request)
        }
    }

    /// At most 64 KiB of an answer that is an error anyway; what is cut off is of no use.
    private func beginning(
        of stream: HTTPStream,
        _ request: PrometheusRequest,
        _ end: ContinuousClock.Instant
    ) async throws(SourceError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 65_536 {
            // The status alone says enough when the rest does not come.
            guard let piece = try? await stream.next() else { break }
            bytes += piece
        }
        stream.cancel()
        return bytes
    }

    private func refusal(
        _ stream: HTTPStream,
        _ bytes: [UInt8],
        _ request: PrometheusRequest
    ) throws(SourceError) -> Outcome {
        let said = try? PrometheusAnswer(bytes).summary
        let error = refused(stream.status, said, words(of: bytes), stream.header("Location"), request)
        let asksForPatience = stream.status == 429 || stream.status == 503 && stream.header("Retry-After") != nil
        guard asksForPatience, error.code == .overloaded else { throw error }
        let wait = stream.header("Retry-After").flatMap { Int64($0) }
        return .again(after: wait.map { .seconds(min(max($0, 0), 3600)) }, error)
    }
}
