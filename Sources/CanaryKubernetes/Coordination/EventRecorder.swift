import CanaryYAML
import Synchronization

/// Tells the cluster's users what happened to an object, as `events.k8s.io/v1` Events that `kubectl describe` shows.
///
/// Recording never waits and never fails: events are sent one after the other in the background, at most 64 wait, and
/// those that cannot be sent are dropped and counted.
package final class EventRecorder: Sendable {
    /// What happened.
    package struct Event: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            case normal = "Normal"
            case warning = "Warning"
        }

        package var kind: Kind
        /// A word in camel case, e.g. `CanaryRolledBack`.
        package var reason: String
        /// What was done, a word as well, e.g. `RollBack`.
        package var action: String
        /// For people; cut at 1024 bytes.
        package var note: String
        /// What it happened to.
        package var regarding: KubernetesObject
        /// When.
        package var time: MicroTime

        package init(
            kind: Kind = .normal,
            reason: String,
            action: String,
            note: String,
            regarding: KubernetesObject,
            time: MicroTime = .now()
        ) {
            self.kind = kind
            self.reason = reason
            self.action = action
            self.note = note
            self.regarding = regarding
            self.time = time
        }
    }

    private let queue: AsyncStream<Event>.Continuation
    private let worker: Task<Void, Never>
    private let tally: Tally

    /// Starts a recorder.
    ///
    /// - Parameter instance: which process this is, e.g. the host's name.
    package init(client: KubernetesClient, instance: String) {
        let (events, queue) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingOldest(64))
        let tally = Tally()
        self.queue = queue
        self.tally = tally
        // Ended by `finish`, or by `deinit`, which ends the stream.
        worker = Task {
            for await event in events {
                do {
                    let namespace = event.home
                    _ = try await client.create(.events, namespace: namespace, event.json(instance: instance))
                } catch {
                    // What cannot be told is not worth failing for.
                    tally.count.withLock { $0 += 1 }
                }
            }
        }
    }

    deinit {
        queue.finish()
    }

    /// How many events could not be sent.
    package var dropped: Int {
        tally.count.withLock { $0 }
    }

    /// Hands an event over; returns at once.
    package func record(_ event: Event) {
        if case .enqueued = queue.yield(event) { return }
        tally.count.withLock { $0 += 1 }
    }

    /// Sends what waits, takes no more, and returns when that is done or the time has passed.
    package func finish(within limit: Duration = .seconds(2)) async {
        queue.finish()
        let worker = worker
        // Ends with the sleep, or before it with this function.
        let timer = Task {
            try await Task.sleep(for: limit)
            worker.cancel()
        }
        await worker.value
        timer.cancel()
    }

    private final class Tally: Sendable {
        let count = Mutex(0)
    }
}

extension EventRecorder.Event {
    /// The namespace the event belongs to: that of its object.
    var home: String {
        regarding.namespace.isEmpty ? "default" : regarding.namespace
    }

    /// The object to create.
    func json(instance: String) -> JSONValue {
        let object: [String: JSONValue] = [
            "apiVersion": .string(regarding.apiVersion), "kind": .string(regarding.kind),
            "namespace": .string(regarding.namespace), "name": .string(regarding.name),
            "uid": .string(regarding.uid), "resourceVersion": .string(regarding.resourceVersion),
        ]
        let suffix = "." + String(UInt64(bitPattern: time.microseconds), radix: 16)
        let name = regarding.name.prefix(253 - suffix.count) + suffix
        return [
            "apiVersion": .string(APIResource.events.apiVersion),
            "kind": .string(APIResource.events.kind),
            "metadata": ["name": .string(String(name)), "namespace": .string(home)],
            "eventTime": .string("\(time)"),
            "type": .string(kind.rawValue),
            "reason": .string(Self.cut(reason, 128)),
            "action": .string(Self.cut(action, 128)),
            "note": .string(Self.cut(note, 1024)),
            "regarding": .object(object.filter { $0.value != .string("") }),
            "reportingController": "haldane.dev/haldane",
            "reportingInstance": .string(Self.cut(instance, 128)),
        ]
    }

    /// The text in at most the given number of bytes; a cut is shown by `…`.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = ""
        var count = 3
        for character in text {
            count += character.utf8.count
            guard count <= limit else { break }
            cut.append(character)
        }
        return cut + "…"
    }
}
