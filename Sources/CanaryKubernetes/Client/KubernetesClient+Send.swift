import CanaryTransport
import CanaryYAML

extension KubernetesClient {
    /// The bounds of a client.
    package struct Limits: Sendable, Hashable {
        /// For one call, from its start to its last byte.
        package var deadline: Duration

        /// For a read with all its tries.
        package var patience: Duration

        /// How often a read is sent at most.
        package var tries: Int

        /// Of one list, and of a mirror.
        package var objects: Int

        /// Of one list, however little is on each.
        package var pages: Int

        /// For all pages of a list.
        package var listing: Duration

        /// Of all pages of a list together; half of it for any other answer.
        package var bytes: Int

        /// Of one line of a watch.
        package var lineBytes: Int

        package init(
            deadline: Duration = .seconds(5),
            patience: Duration = .seconds(10),
            tries: Int = 4,
            objects: Int = 20_000,
            pages: Int = 400,
            listing: Duration = .seconds(60),
            bytes: Int = 256 << 20,
            lineBytes: Int = 8 << 20
        ) {
            self.deadline = deadline
            self.patience = patience
            self.tries = tries
            self.objects = objects
            self.pages = pages
            self.listing = listing
            self.bytes = bytes
            self.lineBytes = lineBytes
        }
    }

    /// Sends a call, again if that is harmless and promises anything, and returns the successful answer.
    func send(_ call: APICall) async throws(KubernetesError) -> HTTPResponse {
        let clock = ContinuousClock()
        let start = clock.now
        var waited = Duration.zero
        var tries = 0
        while true {
            tries += 1
            do throws(KubernetesError) {
                return try await sendOnce(call)
            } catch {
                // The time of an injected wait counts as well.
                let elapsed = max(start.duration(to: clock.now), waited)
                guard let pause = pause(after: error, of: call, tries: tries, elapsed: elapsed) else { throw error }
                waited += pause
                do {
                    try await wait(pause)
                } catch {
                    throw KubernetesError(
                        TransportError(code: .cancelled, message: "its task was cancelled"),
                        call: call,
                        label: connection.label
                    )
                }
            }
        }
    }

    /// How long to wait before the next try; nil if there is to be none.
    private func pause(
        after error: KubernetesError,
        of call: APICall,
        tries: Int,
        elapsed: Duration
    ) -> Duration? {
        let pause: Duration
        switch error.code {
        case .tooManyRequests where call.isRepeatable:
            pause = error.retryAfter ?? .milliseconds(250) * tries
        case .tooManyRequests, .serverError, .timedOut:
            // With the field the server says that it did nothing; a `timedOut` of the transport has none.
            guard let wanted = error.retryAfter else { return nil }
            pause = wanted
        case .unreachable where call.isRepeatable && tries == 1 && error.isLostConnection:
            pause = .zero
        default:
            return nil
        }
        let budget = call.isRepeatable ? limits.patience : limits.deadline
        let allowed = call.isRepeatable ? limits.tries : 2
        return tries < allowed && elapsed + pause < budget ? pause : nil
    }

    /// Sends a call once, or twice if the credentials of a plugin were refused, which proves that nothing was done.
    private func sendOnce(_ call: APICall) async throws(KubernetesError) -> HTTPResponse {
        let first = try await exchange(call)
        guard first.answer.status == 401, await connection.credentials.refused(run: first.run) else {
            return try check(first.answer, call)
        }
        return try check(await exchange(call).answer, call)
    }

    private func exchange(_ call: APICall) async throws(KubernetesError) -> (answer: HTTPResponse, run: Int?) {
        var (request, run) = try await request(for: call)
        request.deadline = limits.deadline
        request.maximumBytes = limits.bytes / 2
        do throws(TransportError) {
            return (try await http.send(request), run)
        } catch {
            throw KubernetesError(error, call: call, label: connection.label)
        }
    }

    /// The request of a call, with credentials.
    func request(for call: APICall) async throws(KubernetesError) -> (HTTPRequest, run: Int?) {
        var headers = [HTTPHeader(name: "Accept", value: "application/json")]
        if let type = call.contentType { headers.append(HTTPHeader(name: "Content-Type", value: type)) }
        return try await connection.request(
            call.method,
            try call.target(),
            headers: headers,
            body: call.body.map { JSONText.bytes(of: $0) } ?? []
        )
    }

    private func check(_ answer: HTTPResponse, _ call: APICall) throws(KubernetesError) -> HTTPResponse {
        guard answer.isSuccess else {
            throw KubernetesError(
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
                call: call,
                label: connection.label
            )
        }
        return answer
    }
}
