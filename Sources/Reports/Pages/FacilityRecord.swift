import Events
import Figures
import Projections

/// What a facility's filing, credentials and inspections are told with.
extension PageMaker {
    /// The last day of a credential, and whether it has passed or is near.
    func until(_ day: Day?) -> [Run] {
        guard let day else { return [.text(say("未报", "never reported"))] }
        let asOf = figures.plan.asOf
        let days = context.thresholds.credentialDays
        var line: [Run] = [.day(day.description), .text(" ")]
        if day < asOf {
            line.append(.state(say("已过期", "expired"), kind: "no"))
        } else if day <= asOf.adding(days: days) {
            line.append(.state(say("\(days) 天内到期", "expires within \(days) days"), kind: "pending"))
        }
        return line
    }

    /// An inspection's result.
    func inspectionState(_ result: InspectionResult) -> Run {
        switch result {
        case .pass: .state(say("合格", "pass"), kind: "yes")
        case .rectify: .state(say("整改", "rectify"), kind: "pending")
        case .fail: .state(say("不合格", "fail"), kind: "no")
        }
    }

    /// A facility's inspections, a line each, the last one first.
    func inspectionLines(_ facility: ProjectedFacility) -> [[Run]] {
        guard !facility.course.inspections.isEmpty else { return [[.text(say("没有检查记录", "none is recorded"))]] }
        return facility.course.inspections.reversed().map { [.day($0.day.description), .text(" "), inspectionState($0.result)] }
    }

    /// A facility's submissions for filing, a line each.
    func filingLines(_ place: Int) -> [[Run]] {
        let id = figures.projected.facilities[place].id
        let lines = (answers[place] ?? []).map { answer -> [Run] in
            var runs: [Run] = [.text(answer.round.submittedOn.description + say(" 提交", " submitted"))]
            switch answer.round.ending {
            case .accepted: runs.append(.text(say("，\(ended(answer)) 出具回执", ", accepted on \(ended(answer))")))
            case .returned: runs.append(.text(say("，\(ended(answer)) 退回补正", ", returned on \(ended(answer))")))
            case .resubmitted: runs.append(.text(say("，\(ended(answer)) 再次提交", ", submitted again on \(ended(answer))")))
            case .closed: runs.append(.text(say("，未答复即关闭", ", closed before an answer")))
            case nil: runs.append(.text(say("，尚未答复", ", not answered yet")))
            }
            guard let days = answer.workingDays else { return runs }
            runs += [
                .text(say("（", " (working days: ")),
                .number(cell(String(days), "working_days", in: "filings", row: id, key: String(answer.number))),
                .text(say(" 个工作日）", ")")),
            ]
            if answer.isOnTime == false { runs.append(.state(say("超过期限", "beyond the rule"), kind: "no")) }
            return runs
        }
        return lines.isEmpty ? [[.text(say("没有提交记录", "no submission is recorded"))]] : lines
    }

    private func ended(_ answer: FilingAnswer) -> String { answer.round.endedOn?.description ?? "" }

    func demonstrationName(_ level: DemonstrationLevel) -> String {
        switch level {
        case .province: say("省级示范", "provincial demonstration")
        case .city: say("市级示范", "city demonstration")
        case .district: say("区级示范", "district demonstration")
        }
    }
}
