from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.checkup import CHECKS


class Command(BaseCommand):
    help = "Looks at everything this installation needs and says what is wrong and what to do; exit 1 if anything is."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        healthy = True
        for check in CHECKS:
            finding = check()
            healthy = healthy and finding.ok
            self.stdout.write(f"{'ok   ' if finding.ok else 'WRONG'} {finding.subject}: {finding.text}")
        if not healthy:
            raise SystemExit(1)
