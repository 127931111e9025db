-- When the oldest delivery was made. No parameters
SELECT MIN(created_at) AS created_at FROM webhook_delivery
