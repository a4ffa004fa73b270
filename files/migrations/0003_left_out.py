from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0002_scanning'),
    ]

    operations = [
        migrations.AlterField(
            model_name='storedfile',
            name='scan',
            field=models.CharField(choices=[('not_scanned', 'Not Scanned'), ('clean', 'Clean'), ('infected', 'Infected'), ('pending', 'Pending'), ('left_out', 'Left Out')], default='not_scanned', max_length=12),
        ),
    ]
