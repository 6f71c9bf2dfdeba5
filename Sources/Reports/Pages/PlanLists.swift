import Events
import Figures
import Projections

/// The facilities and amounts behind the plan's evidence.
extension PageMaker {
    private static let most = 20

    /// What stands beneath a task's evidence: whom to call.
    func lists(of task: PlanTask) -> [Block] {
        switch task.id {
        case "filing": filingBlocks()
        case "standards": [.table(siteTable())]
        case "health": [.table(credentialTable())]
        case "supervision": inspectionBlocks()
        case "policy": [.table(subsidyTable(0, root: "")), .table(perPlaceTable())]
        case "staff": [.table(staffTable())]
        default: []
        }
    }

    private var open: [ProjectedFacility] { figures.projected.facilities.filter(\.state.isOpen) }

    private func town(of facility: ProjectedFacility) -> Run { link(areas.townOfSlot[facility.column], from: "") }

    private func cell(_ value: String, _ column: String, _ facility: ProjectedFacility) -> PageCell {
        .number(PageMaker.number(value, figure: column, code: facility.id, unit: nil, table: "facilities"))
    }

    private func table(
        _ caption: String, _ columns: [Heading], _ rows: [[PageCell]], all: Int, source: [Run], whenEmpty: String
    ) -> PageTable {
        let note = all > rows.count ? [Run.text(say("这里列出前 \(rows.count) 家。", "The first \(rows.count) are listed. "))] + source : source
        return PageTable(
            caption: caption,
            columns: [
                Heading(title: say("机构", "Facility"), isNumeric: false), Heading(title: say("镇街", "Town"), isNumeric: false),
            ] + columns, rows: rows, note: note, whenEmpty: whenEmpty)
    }

    // MARK: filing

    private func filingBlocks() -> [Block] {
        let rule = context.thresholds.answerWorkingDays
        let late = answers.values.joined().filter { $0.isOnTime == false }
        let shown = late.sorted { left, right in
            if left.isOverdue != right.isOverdue { return left.isOverdue }
            let days = (left.workingDays ?? 0, right.workingDays ?? 0)
            return days.0 != days.1 ? days.0 > days.1 : (left.facility, left.number) < (right.facility, right.number)
        }.prefix(PageMaker.most)
        let rows = shown.map { answer -> [PageCell] in
            let facility = figures.projected.facilities[answer.facility]
            let ending: Run =
                switch answer.round.ending {
                case .accepted: .text(say("回执 ", "accepted ") + (answer.round.endedOn?.description ?? ""))
                case .returned: .text(say("退回 ", "returned ") + (answer.round.endedOn?.description ?? ""))
                case .resubmitted, .closed, nil: .state(say("尚未答复", "not answered"), kind: "no")
                }
            return [
                .head(facilityLink(facility, root: "")), .runs(town(of: facility)), .day(answer.round.submittedOn),
                .runs(ending),
                .number(
                    self.cell(
                        answer.workingDays.map(String.init) ?? "", "working_days", in: "filings", row: facility.id,
                        key: String(answer.number))),
            ]
        }
        let years = context.holidays.years
        let calendar: String
        if let first = years.first, let last = years.last {
            let span = years.count == last - first + 1 ? "\(first)—\(last)" : years.map(String.init).joined(separator: say("、", ", "))
            let sources =
                context.holidays.sources.isEmpty
                ? "" : say("（", " (") + context.holidays.sources.joined(separator: say("；", "; ")) + say("）", ")")
            calendar = say(
                "工作日按管道给出的节假日与调休日历计算，覆盖 \(span) 年\(sources)；其他年份只按星期推算，并在表中注明。",
                "Working days go by the pipeline's calendar of holidays and worked weekends for \(span)\(sources); days of other years are told by the weekday alone and marked in the table."
            )
        } else {
            calendar = say(
                "管道没有给出节假日日历：工作日只按星期一至星期五推算，不含节假日与调休。",
                "The pipeline names no calendar of holidays: Monday to Friday count as worked.")
        }
        return [
            .paragraph(
                [
                    .text(
                        say(
                            "规则：提交之日的次日起 \(rule) 个工作日内出具回执或退回补正。",
                            "Rule: a receipt, or a return to be completed, within \(rule) working days counted from the day after the submission. "
                        )),
                    .text(calendar),
                ], kind: "rule"),
            .table(
                table(
                    say("超过期限的答复", "Answers beyond the rule"),
                    [
                        Heading(title: say("提交", "Submitted"), isNumeric: false), Heading(title: say("答复", "Answer"), isNumeric: false),
                        Heading(title: say("工作日", "Working days")),
                    ], rows, all: late.count, source: source("supplement/filings", root: ""),
                    whenEmpty: say("没有超过期限的答复。", "No answer went beyond the rule."))),
        ]
    }

    // MARK: sites, credentials, inspections, staff

    private func siteTable() -> PageTable {
        let measured = open.filter { $0.state.indoorHundredths != nil && $0.state.places > 0 }
        let tightest = measured.sorted { left, right in
            // a/b < c/d without a quotient.
            let (a, c) = (Int128(left.state.indoorHundredths ?? 0), Int128(right.state.indoorHundredths ?? 0))
            let (first, second) = (a * Int128(right.state.places), c * Int128(left.state.places))
            return first != second ? first < second : left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
        }
        let rows = tightest.prefix(10).map { facility -> [PageCell] in
            let indoor = facility.state.indoorHundredths ?? 0
            return [
                .head(facilityLink(facility, root: "")), .runs(town(of: facility)),
                cell(Printed(units: Int128(indoor), places: 2).text, "indoor_m2", facility),
                cell(String(facility.state.places), "places", facility),
                cell(
                    Printed(numerator: Int128(indoor), denominator: Int64(facility.state.places) * 100, places: 4)?.text ?? "",
                    "m2_per_place", facility),
            ]
        }
        return table(
            say("每托位面积最小的机构", "Facilities with the least area a place"),
            [
                Heading(title: say("室内面积", "Indoor area"), unit: say("平方米", "m²")), Heading(title: say("托位", "Places")),
                Heading(title: say("每托位", "A place"), unit: say("平方米", "m²")),
            ], rows, all: measured.count, source: source("facilities", root: ""),
            whenEmpty: say("没有机构报送面积。", "No facility has reported its area."))
    }

    private func credentialTable() -> PageTable {
        let asOf = figures.plan.asOf
        let soon = asOf.adding(days: context.thresholds.credentialDays)
        func earliest(_ facility: ProjectedFacility) -> Day? {
            [facility.state.fireUntil, facility.state.hygieneUntil, facility.state.foodUntil].compactMap { $0 }.filter { $0 <= soon }.min()
        }
        let due = open.compactMap { facility in earliest(facility).map { (facility, $0) } }
            .sorted { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0.id.utf8.lexicographicallyPrecedes($1.0.id.utf8) }
        func until(_ day: Day?) -> PageCell {
            guard let day else { return .text("—") }
            if day < asOf { return .runs(.day(day.description), .state(say("已过期", "expired"), kind: "no")) }
            if day <= soon { return .runs(.day(day.description), .state(say("将到期", "expiring"), kind: "pending")) }
            return .day(day)
        }
        let rows = due.prefix(PageMaker.most).map { facility, _ -> [PageCell] in
            [
                .head(facilityLink(facility, root: "")), .runs(town(of: facility)), until(facility.state.fireUntil),
                until(facility.state.hygieneUntil), until(facility.state.foodUntil),
            ]
        }
        return table(
            say(
                "证照已过期或 \(context.thresholds.credentialDays) 天内到期的在营机构",
                "Open facilities with a credential expired or expiring within \(context.thresholds.credentialDays) days"),
            [
                Heading(title: say("消防", "Fire"), isNumeric: false), Heading(title: say("卫生", "Hygiene"), isNumeric: false),
                Heading(title: say("食品", "Food"), isNumeric: false),
            ], rows, all: due.count, source: source("facilities", root: ""),
            whenEmpty: say("没有过期或即将到期的证照。", "No credential has expired or is about to."))
    }

    private func inspectionBlocks() -> [Block] {
        func list(_ result: InspectionResult, _ words: String) -> [Run] {
            let found = open.filter { $0.state.lastInspection == result }
            guard !found.isEmpty else { return [] }
            return [.strong(words)]
                + Array(
                    found.prefix(PageMaker.most).map { [facilityLink($0, root: "")] }.joined(separator: [.text(say("、", ", "))]))
                + [.text(found.count > PageMaker.most ? say(" 等。", " and more.") : say("。", "."))]
        }
        return [list(.fail, say("最近检查不合格：", "Last inspection failed: ")), list(.rectify, say("最近检查要求整改：", "Asked to rectify: "))]
            .filter { !$0.isEmpty }.map { .paragraph($0) }
    }

    private func staffTable() -> PageTable {
        func short(_ facility: ProjectedFacility) -> Int { facility.enrolled.caregiversRequired - (facility.state.caregivers ?? 0) }
        let lacking = open.filter { short($0) > 0 }.sorted { left, right in
            let (first, second) = (short(left), short(right))
            return first != second ? first > second : left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
        }
        let rows = lacking.prefix(PageMaker.most).map { facility -> [PageCell] in
            let reported: PageCell =
                facility.state.caregivers.map { cell(String($0), "caregivers", facility) } ?? .text(say("从未报送", "never reported"))
            return [
                .head(facilityLink(facility, root: "")), .runs(town(of: facility)),
                cell(String(facility.enrolled.total), "enrolled", facility),
                cell(String(facility.enrolled.caregiversRequired), "caregivers_required", facility), reported,
            ]
        }
        return table(
            say("人员不足应配的机构，缺得最多的在前", "Facilities short of caregivers, the shortest first"),
            [
                Heading(title: say("在托", "Enrolled")), Heading(title: say("应配保育人员", "Required")),
                Heading(title: say("报送", "Reported")),
            ], rows, all: lacking.count, source: source("facilities", root: ""),
            whenEmpty: say("没有人员不足的机构。", "No facility is short of caregivers."))
    }

    // MARK: money

    private func perPlaceTable() -> PageTable {
        let all = areas.registered(at: .town)
        let towns = all.count <= 100 ? Array(all) : Array(all.sorted { (paidForPlaces[$1], $0) < (paidForPlaces[$0], $1) }.prefix(100))
        let rows = ([0] + towns).map { area -> [PageCell] in
            let money = PlaceMoney(cut, area: area, netPaid: paidForPlaces[area])
            func number(_ value: String, _ column: String) -> PageCell {
                .number(PageMaker.number(value, figure: column, code: areas.all[area].code, unit: nil, table: "supplement/per_place"))
            }
            return [
                .head(link(area, from: "")), number(Printed(units: Int128(money.netPaid), places: 2).text, "net_paid"),
                number(String(money.placesFiled), "places_filed"), number(money.perFiledPlace?.text ?? "", "net_paid_per_place"),
                number(String(money.enrolled), "enrolled"), number(money.perUsedPlace?.text ?? "", "net_paid_per_used_place"),
            ]
        }
        return PageTable(
            caption: say(
                "每托位与每在用托位的补助（建设、运营、示范，已拨付减追回）",
                "Subsidies for a place and for a used place (construction, operating, demonstration; paid less recovered)"),
            columns: [
                Heading(title: say("区域", "Area"), isNumeric: false), Heading(title: say("净拨付", "Net paid"), unit: say("元", "yuan")),
                Heading(title: say("备案托位", "Filed places")), Heading(title: say("每备案托位", "For a filed place"), unit: say("元", "yuan")),
                Heading(title: say("在托", "Enrolled")), Heading(title: say("每在用托位", "For a used place"), unit: say("元", "yuan")),
            ], rows: rows,
            note: (towns.count < all.count
                ? [.text(say("这里列出净拨付最多的 \(towns.count) 个镇街。", "The \(towns.count) towns to which most was paid are listed. "))] : [])
                + source("supplement/per_place", root: ""))
    }
}
