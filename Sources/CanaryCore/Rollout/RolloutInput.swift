extension Rollout {
    /// Everything that can happen to a run.
    package enum Input: Sendable, Hashable, Codable {
        case routeRead(RouteSnapshot)
        case routeUnreadable(Reason)
        /// The last asked write was done; the route as it is now.
        case applied(RouteSnapshot)
        /// The last asked write was not done.
        case refused(RouteFault)
        case judged(WindowSummary, Verdict)
        case command(OperatorCommand)
        /// Stable's windows from an earlier run were taken over as history.
        case priorHistory(windows: Int, seconds: Double)
        /// Events can no longer be written down.
        case journalLost(Reason)
        /// The pods of the two versions, by role; nil if they are not known at the moment.
        case population(Population?)
        /// Why the weight must not rise at the moment; nil opens the gate again.
        case gate(Reason?)
        /// Time has passed; see `wakeAt`.
        case tick
    }

    /// Why a write was not done.
    package enum RouteFault: Sendable, Hashable, Codable {
        /// The route changed since it was read.
        case conflict(Reason)
        /// The same write may work later.
        case unavailable(Reason)
        /// The route cannot be edited.
        case impossible(Reason)

        package var reason: Reason {
            switch self {
            case .conflict(let reason), .unavailable(let reason), .impossible(let reason): reason
            }
        }
    }

    /// What the reducer needs of a window beside its verdict.
    package struct WindowSummary: Sendable, Hashable, Codable {
        package var seconds: Double
        package var stableRequests: Int
        package var canaryRequests: Int
        /// Whether the round was complete enough to be believed.
        package var isUsable: Bool
        /// Who called the canary, most requests first.
        package var canaryCallers: [String]
        /// Whether every target that is, or may be, a canary pod gave its counts: only then is a zero a zero.
        package var isCanaryComplete: Bool
        package var canaryFailures: Int
        /// How long before its round the window ended, in seconds; nil is at the round itself.
        package var lag: Double?

        package init(
            seconds: Double,
            stableRequests: Int,
            canaryRequests: Int,
            isUsable: Bool,
            canaryCallers: [String] = [],
            isCanaryComplete: Bool = true,
            canaryFailures: Int = 0,
            lag: Double? = nil
        ) {
            self.seconds = seconds
            self.stableRequests = stableRequests
            self.canaryRequests = canaryRequests
            self.isUsable = isUsable
            self.canaryCallers = canaryCallers
            self.isCanaryComplete = isCanaryComplete
            self.canaryFailures = canaryFailures
            self.lag = lag
        }

        /// When the window began, in a round at `now`: what was written later does not show in it.
        func began(inRoundAt now: Timestamp) -> Timestamp {
            now.advanced(by: .milliseconds(-Rollout.milliseconds(seconds) - Rollout.milliseconds(lag ?? 0)))
        }
    }

    /// What a person may ask of a run.
    package struct OperatorCommand: Sendable, Hashable, Codable {
        package enum Verb: String, Sendable, Hashable, Codable, CaseIterable {
            case promote
            case rollback
            case pause
            case resume
            /// End the run, weights as they are.
            case stop
        }

        package var verb: Verb
        package var reason: String
        /// Who asks, as `alice@laptop`; nil if that is not known.
        package var by: String?
        /// True where no person asks: a process that took the run over, or whose Canary object is gone. Nil else.
        package var isAutomatic: Bool?

        package init(_ verb: Verb, reason: String, by: String? = nil, isAutomatic: Bool = false) {
            self.verb = verb
            self.reason = reason
            self.by = by
            self.isAutomatic = isAutomatic ? true : nil
        }
    }

    /// What the owner of the reducer has to do, in order.
    package enum Action: Sendable, Hashable {
        case readRoute
        case apply(WeightPlan, expecting: RouteRevision)
        case notify(Notice)
        case finish(Outcome)
    }
}
