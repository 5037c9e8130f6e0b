import CanaryCore

/// A route that is written only while it is certain that we may.
///
/// What was let through may still be looking for an answer when the lease ends: then it is broken off, and nothing is sent any more.
struct GuardedRouteStore: RouteStore {
    let store: any RouteStore
    let custody: ClusterCustody

    func read() async throws(RouteError) -> RouteSnapshot { try await store.read() }

    func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot {
        let (store, custody) = (self.store, self.custody)
        let result = await withTaskGroup(of: Result<RouteSnapshot, RouteError>?.self) { group in
            group.addTask {
                do throws(RouteError) {
                    return .success(try await store.apply(plan, expecting: revision))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // Real time: the request is on a real wire.
                while custody.isCertain, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // What was sent before may have an answer all the same.
            let last = await group.next() ?? nil
            return first ?? last
        }
        if let result { return try result.get() }
        throw RouteError(
            .unwritable,
            "the write was broken off, because the lease ran out that lets us write",
            disposition: .retry
        )
    }
}
